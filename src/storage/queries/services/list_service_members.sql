SELECT u.id, u.name, u.email_address, u.mobile_number, u.state, u.platform_admin, u.created_at, u.updated_at
FROM service_members m JOIN users u ON u.id = m.user_id WHERE m.service_id = $1::uuid ORDER BY u.name, u.id
