-- The newest changes first. $1 channel, $2 name, both null: of all; $3 the most.
SELECT h.channel, h.name, h.at, h.priority, h.active, h.international, h.reason, u.email_address AS author_email
FROM provider_history h LEFT JOIN users u ON u.id = h.author_id
WHERE ($1::int2 IS NULL OR h.channel = $1::int2) AND ($2::text IS NULL OR h.name = $2::text)
ORDER BY h.id DESC LIMIT $3::int4
