-- Without the bearer token.
SELECT callback_type, url, created_at, updated_at FROM service_callbacks WHERE service_id = $1::uuid ORDER BY callback_type
