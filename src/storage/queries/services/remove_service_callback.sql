DELETE FROM service_callbacks WHERE service_id = $1::uuid AND callback_type = $2::text
