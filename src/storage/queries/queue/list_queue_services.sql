-- Every lane and service that has something queued: what workers rotate over. One index probe a place, however much waits elsewhere:
-- without the order, the planner takes one row of many for the start of a scan, which for an idle place reads the whole queue.
SELECT s.lane, s.service_id
FROM queue_services s
CROSS JOIN LATERAL (
    SELECT FROM queue_ready r
    WHERE r.lane = s.lane AND r.service_id = s.service_id
    ORDER BY r.channel, r.notification_id LIMIT 1
) q
ORDER BY s.lane, s.service_id
