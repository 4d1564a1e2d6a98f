SELECT n.number, n.provider, n.service_id, s.name AS service_name, n.active, n.created_at
FROM inbound_numbers n LEFT JOIN services s ON s.id = n.service_id
ORDER BY n.number
