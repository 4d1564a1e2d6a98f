INSERT INTO service_guest_list (service_id, channel, recipient, created_at)
VALUES ($1::uuid, $2::int2, $3::text, $4::timestamptz)
ON CONFLICT DO NOTHING
