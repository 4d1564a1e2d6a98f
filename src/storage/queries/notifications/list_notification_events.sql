-- The story of one message, oldest first. $1 service, $2 id, $3 not before.
SELECT at, kind, status, attempt, provider, detail
FROM notification_events
WHERE service_id = $1::uuid AND notification_id = $2::uuid AND at >= $3::timestamptz
ORDER BY at, kind
