-- Whom a team key or a trial service may reach: the guest list and the members, not yet normalised.
SELECT recipient FROM service_guest_list WHERE service_id = $1::uuid
UNION ALL
SELECT u.email_address FROM service_members m JOIN users u ON u.id = m.user_id WHERE m.service_id = $1::uuid AND u.state = 'active'
UNION ALL
SELECT u.mobile_number FROM service_members m JOIN users u ON u.id = m.user_id
WHERE m.service_id = $1::uuid AND u.state = 'active' AND u.mobile_number IS NOT NULL
