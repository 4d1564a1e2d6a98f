SELECT s.id, s.name FROM service_members m JOIN services s ON s.id = m.service_id WHERE m.user_id = $1::uuid ORDER BY s.name
