-- Whom a message was to be offered to by its attempts so far, those whose result nobody recorded included. $1 service, $2 notification.
SELECT DISTINCT provider FROM notification_events
WHERE service_id = $1::uuid AND notification_id = $2::uuid AND kind = 2 AND provider IS NOT NULL
ORDER BY provider
