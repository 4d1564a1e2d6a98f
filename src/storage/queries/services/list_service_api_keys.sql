-- Every key a service ever had, newest last, without its secret.
SELECT id, name, key_type, created_at, expiry_date FROM api_keys WHERE service_id = $1::uuid ORDER BY created_at, id
