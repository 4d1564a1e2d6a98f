-- Forgets keys that were made before $1, at most $2 of them.
WITH old AS (
    SELECT service_id, key FROM idempotency_keys
    WHERE created_at <= $1::timestamptz
    ORDER BY created_at LIMIT $2::int4
    FOR UPDATE SKIP LOCKED
)
DELETE FROM idempotency_keys k USING old o WHERE k.service_id = o.service_id AND k.key = o.key
