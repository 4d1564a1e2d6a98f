-- Puts retries whose time has come back into their lane, and says where, with the oldest message of each place. $1 now, $2 the most to move.
WITH due AS (
    SELECT run_at, service_id, notification_id FROM queue_retries
    WHERE run_at <= $1::timestamptz
    ORDER BY run_at LIMIT $2::int4
    FOR UPDATE SKIP LOCKED
),
taken AS (
    DELETE FROM queue_retries r USING due d
    WHERE r.run_at = d.run_at AND r.service_id = d.service_id AND r.notification_id = d.notification_id
    RETURNING r.lane, r.service_id, r.channel, r.notification_id, r.attempt, r.uncertain
),
moved AS (
    INSERT INTO queue_ready (lane, service_id, channel, notification_id, attempt, uncertain)
    SELECT lane, service_id, channel, notification_id, attempt, uncertain FROM taken
)
SELECT lane, service_id, channel, count(*) AS moved, min(notification_id::text)::uuid AS oldest FROM taken GROUP BY lane, service_id, channel
