-- What is set anew has not failed yet: a pause ends.
INSERT INTO service_callbacks (service_id, callback_type, id, url, secrets_sealed, created_at)
VALUES ($1::uuid, $2::text, $3::uuid, $4::text, $5::bytea, $6::timestamptz)
ON CONFLICT (service_id, callback_type) DO UPDATE
SET url = EXCLUDED.url, secrets_sealed = EXCLUDED.secrets_sealed, updated_at = EXCLUDED.created_at, failures = 0, failing_since = NULL,
    paused_since = NULL, probe_at = NULL, probes = 0, resumed_at = CASE WHEN service_callbacks.paused_since IS NULL THEN NULL ELSE now() END
