-- Changed retentions that are on their way, the oldest first. $1 the most.
SELECT service_id, channel, changed_at, days FROM service_retention WHERE applied_at IS NULL ORDER BY changed_at LIMIT $1::int4
