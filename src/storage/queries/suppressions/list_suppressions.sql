-- Newest first. $1 service, $2 channel or null, $3 hash or null, $4 those that were lifted as well, $5 ids before this one or null, $6 the most.
SELECT s.id, s.channel, s.recipient_sealed, s.reason, s.notification_id, s.created_at, c.email_address AS created_by_email, s.lifted_at,
       l.email_address AS lifted_by_email
FROM suppressions s
LEFT JOIN users c ON c.id = s.created_by_id
LEFT JOIN users l ON l.id = s.lifted_by_id
WHERE s.service_id = $1::uuid
  AND ($2::int2 IS NULL OR s.channel = $2::int2)
  AND ($3::bytea IS NULL OR s.recipient_hash = $3::bytea)
  AND ($4::bool OR s.lifted_at IS NULL)
  AND ($5::uuid IS NULL OR s.id < $5::uuid)
ORDER BY s.id DESC
LIMIT $6::int4
