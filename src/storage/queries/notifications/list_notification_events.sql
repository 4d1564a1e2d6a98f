-- The story of one message. $1 id, $2 not before. Across services: for the operator's `herald notification explain`.
SELECT e.at, e.service_id, e.kind, e.status, e.attempt, e.provider, e.detail
FROM notification_events e
JOIN notifications n ON n.service_id = e.service_id AND n.id = e.notification_id
WHERE n.id = $1::uuid AND e.notification_id = $1::uuid AND e.at >= $2::timestamptz
ORDER BY e.at
