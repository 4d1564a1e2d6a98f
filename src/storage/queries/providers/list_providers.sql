SELECT p.channel, p.name, p.priority, p.resting_priority, p.active, p.international, p.updated_at, u.email_address AS updated_by_email
FROM providers p LEFT JOIN users u ON u.id = p.updated_by_id
ORDER BY p.channel, p.name
