-- The recipients of these messages are to be suppressed: work for suppress_recipients. $1 service, $2 notification, $3 reason. $4 now.
INSERT INTO suppressions_due (service_id, notification_id, reason, run_at)
SELECT service_id, notification_id, reason, $4::timestamptz
FROM unnest($1::uuid[], $2::uuid[], $3::int2[]) AS t (service_id, notification_id, reason)
ORDER BY service_id, notification_id, reason
ON CONFLICT DO NOTHING
