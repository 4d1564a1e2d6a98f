-- Becomes the holder of a key that is new, older than a day, or whose holder died in flight; otherwise answers who has it.
-- $1 service, $2 key, $3 body hash, $4 holder, $5 now, $6 in flight until.
WITH claimed AS (
    INSERT INTO idempotency_keys AS k (service_id, key, body_hash, holder, in_flight_until, created_at)
    VALUES ($1::uuid, $2::text, $3::bytea, $4::uuid, $6::timestamptz, $5::timestamptz)
    ON CONFLICT (service_id, key) DO UPDATE
    SET body_hash = EXCLUDED.body_hash, holder = EXCLUDED.holder, in_flight_until = EXCLUDED.in_flight_until,
        created_at = EXCLUDED.created_at, response_sealed = NULL
    WHERE k.created_at <= $5::timestamptz - interval '24 hours'
       OR (k.response_sealed IS NULL AND k.in_flight_until <= $5::timestamptz)
    RETURNING holder
)
SELECT holder, NULL::bytea AS body_hash, NULL::bytea AS response_sealed FROM claimed
UNION ALL
SELECT k.holder, k.body_hash, k.response_sealed FROM idempotency_keys k
WHERE k.service_id = $1::uuid AND k.key = $2::text AND NOT EXISTS (SELECT FROM claimed)
