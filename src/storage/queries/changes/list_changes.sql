-- Changes of status of a service, in their order. $1 service, $2 numbers after this one, $3 up to this one: a horizon. $4 and $5 the times between
-- which they were written: a bound for the partitions. $6 how many to look at, $7 key type, $8 with messages of jobs.
-- Those that are not to be shown are left out, but for the last that was looked at: the reader goes on behind it.
WITH examined AS MATERIALIZED (
    SELECT seq, at, notification_id, status FROM notification_events
    WHERE service_id = $1::uuid AND status IS NOT NULL AND seq > $2::int8 AND seq <= $3::int8 AND at >= $4::timestamptz AND at < $5::timestamptz
    ORDER BY seq
    LIMIT $6::int4
)
SELECT seq, at, notification_id, status, template_id, template_version, channel, client_reference, is_shown, examined
FROM (
    SELECT e.seq, e.at, e.notification_id, e.status, n.template_id, n.template_version, n.channel, n.client_reference,
           coalesce(n.key_type = $7::int2 AND ($8::bool OR n.job_id IS NULL), false) AS is_shown,
           (SELECT count(*) FROM examined) AS examined, (SELECT max(seq) FROM examined) AS last
    FROM examined e
    LEFT JOIN LATERAL (
        SELECT template_id, template_version, channel, client_reference, key_type, job_id
        FROM notifications WHERE service_id = $1::uuid AND id = e.notification_id OFFSET 0
    ) n ON true
) found
WHERE is_shown OR seq = last
ORDER BY seq
