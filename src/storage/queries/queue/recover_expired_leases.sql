-- Whoever held these died between claiming and recording the result, so the message may or may not have left: uncertain. It is tried again
-- after a pause in which a receipt may still settle it. The lost attempt counts: a message that kills whoever takes it does not live for ever.
-- A lease begins and ends by the clock of the server, the one clock that holders and those who take over share: a host whose clock is ahead
-- would take messages from holders that are alive. $1 now, $2 the most to take, $3 when to try again.
WITH expired AS (
    SELECT service_id, notification_id FROM queue_leases
    WHERE lease_until <= now()
    ORDER BY lease_until LIMIT $2::int4
    FOR UPDATE SKIP LOCKED
),
taken AS (
    DELETE FROM queue_leases l USING expired e
    WHERE l.service_id = e.service_id AND l.notification_id = e.notification_id
    RETURNING l.lane, l.service_id, l.channel, l.notification_id, l.attempt
),
noted AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind, attempt)
    SELECT $1::timestamptz, service_id, notification_id, 4, attempt FROM taken
)
INSERT INTO queue_retries (run_at, service_id, notification_id, lane, channel, attempt, uncertain)
SELECT $3::timestamptz, service_id, notification_id, lane, channel, attempt + 1, true FROM taken
