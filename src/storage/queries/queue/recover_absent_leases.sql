-- Takes over from processes that are gone while their leases last: recover_expired_leases, with one difference. Should the holder live after all, it may
-- offer the message until its lease ends, so nobody else gets it before. $1 the keys (list_absent_holders), $2 now, $3 the most to take, $4 when to try
-- again at the soonest.
WITH absent AS (
    SELECT service_id, notification_id FROM queue_leases
    WHERE substr(holder::text, 15, 1) = '8'
      AND ('x' || left(replace(holder::text, '-', ''), 12))::bit(48)::int8 | (1::int8 << 62) = ANY ($1::int8[])
    LIMIT $3::int4
    FOR UPDATE SKIP LOCKED
),
taken AS (
    DELETE FROM queue_leases l USING absent a
    WHERE l.service_id = a.service_id AND l.notification_id = a.notification_id
    RETURNING l.lane, l.service_id, l.channel, l.notification_id, l.attempt, l.lease_until
),
noted AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind, attempt)
    SELECT $2::timestamptz, service_id, notification_id, 4, attempt FROM taken
)
INSERT INTO queue_retries (run_at, service_id, notification_id, lane, channel, attempt, uncertain)
SELECT greatest($4::timestamptz, $2::timestamptz + (lease_until - now())), service_id, notification_id, lane, channel, attempt + 1, true FROM taken
