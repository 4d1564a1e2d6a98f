-- $1 service, $2 channel or null for both.
SELECT t.id, t.service_id, t.version, t.channel, t.name, t.content, t.subject, t.archived, t.hidden, t.priority, t.redact_personalisation,
       t.created_at, t.updated_at, u.email_address AS created_by_email
FROM templates t LEFT JOIN users u ON u.id = t.created_by_id
WHERE t.service_id = $1::uuid AND NOT t.archived AND NOT t.hidden AND ($2::int2 IS NULL OR t.channel = $2::int2)
ORDER BY t.name, t.channel DESC
