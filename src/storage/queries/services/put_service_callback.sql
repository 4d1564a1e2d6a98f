INSERT INTO service_callbacks (service_id, callback_type, id, url, bearer_token_sealed, created_at)
VALUES ($1::uuid, $2::text, $3::uuid, $4::text, $5::bytea, $6::timestamptz)
ON CONFLICT (service_id, callback_type) DO UPDATE
SET url = EXCLUDED.url, bearer_token_sealed = EXCLUDED.bearer_token_sealed, updated_at = EXCLUDED.created_at
