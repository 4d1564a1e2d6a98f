UPDATE api_keys SET expiry_date = $2::timestamptz, updated_at = $2::timestamptz WHERE service_id = $1::uuid AND expiry_date IS NULL
