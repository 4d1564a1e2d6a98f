-- Every lane and service that has something queued: what workers rotate over. One index probe a place, however much waits there.
SELECT s.lane, s.service_id
FROM queue_services s
CROSS JOIN LATERAL (SELECT FROM queue_ready r WHERE r.lane = s.lane AND r.service_id = s.service_id LIMIT 1) q
ORDER BY s.lane, s.service_id
