-- The newest calls to a service first. $1 service, $2 notification or null, $3 the most.
SELECT at, callback_type, subject_id, notification_id, attempt, outcome, status, milliseconds, detail
FROM callback_attempts
WHERE service_id = $1::uuid AND ($2::uuid IS NULL OR notification_id = $2::uuid)
ORDER BY at DESC LIMIT $3::int4
