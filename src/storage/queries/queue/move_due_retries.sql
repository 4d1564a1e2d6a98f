-- Puts retries whose time has come back into their lane. $1 now, $2 the most to move.
WITH due AS (
    SELECT run_at, service_id, notification_id FROM queue_retries
    WHERE run_at <= $1::timestamptz
    ORDER BY run_at LIMIT $2::int4
    FOR UPDATE SKIP LOCKED
),
taken AS (
    DELETE FROM queue_retries r USING due d
    WHERE r.run_at = d.run_at AND r.service_id = d.service_id AND r.notification_id = d.notification_id
    RETURNING r.lane, r.service_id, r.notification_id, r.attempt
)
INSERT INTO queue_ready (lane, service_id, notification_id, attempt)
SELECT lane, service_id, notification_id, attempt FROM taken
