-- Messages whose recipients are to be suppressed now, with their contents; held until the transaction ends. Nobody is suppressed for
-- what a test key sent. $1 now, $2 the most.
SELECT d.service_id, d.notification_id, d.reason, n.channel, coalesce(n.key_type <> 3, false) AS counts, c.sealed
FROM suppressions_due d
LEFT JOIN notifications n ON n.service_id = d.service_id AND n.id = d.notification_id
LEFT JOIN notification_contents c ON c.purge_on = n.purge_on AND c.service_id = n.service_id AND c.notification_id = n.id
WHERE d.run_at <= $1::timestamptz
ORDER BY d.run_at
LIMIT $2::int4
FOR UPDATE OF d SKIP LOCKED
