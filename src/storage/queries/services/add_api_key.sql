INSERT INTO api_keys (id, service_id, name, secret_sealed, key_type, created_at)
VALUES ($1::uuid, $2::uuid, $3::text, $4::bytea, $5::int2, $6::timestamptz)
