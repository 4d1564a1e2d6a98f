-- What leaves before or beside a new job: rows of jobs in line that have begun by $3, and messages that are queued, at most $4 of each service.
-- $1 channel, $2 lane of bulk.
SELECT (
    SELECT coalesce(sum(notification_count - next_row), 0)::int8 FROM jobs
    WHERE claim_at IS NOT NULL AND paused_at IS NULL AND channel = $1::int2 AND coalesce(scheduled_for, $3::timestamptz) <= $3::timestamptz
) + (
    SELECT count(*) FROM queue_services s
    CROSS JOIN LATERAL (
        SELECT FROM queue_ready r
        WHERE r.lane = s.lane AND r.service_id = s.service_id AND r.channel = $1::int2
        LIMIT $4::int4
    ) q
    WHERE s.lane = $2::int2
) AS count
