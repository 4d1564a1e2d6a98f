-- Every endpoint, or those of one service ($1), how it does, and how much waits for it, counted up to $2.
SELECT s.service_id, v.name AS service_name, s.callback_type, s.url, s.failures, s.failing_since, s.paused_since, s.probe_at, w.waiting
FROM service_callbacks s
JOIN services v ON v.id = s.service_id
CROSS JOIN LATERAL (
    SELECT count(*) AS waiting
    FROM (SELECT FROM callback_tasks t WHERE t.service_id = s.service_id AND t.callback_type = s.callback_type LIMIT $2::int4) t
) w
WHERE $1::uuid IS NULL OR s.service_id = $1::uuid
ORDER BY v.name, s.callback_type
