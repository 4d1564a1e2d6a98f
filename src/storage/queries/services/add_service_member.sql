INSERT INTO service_members (service_id, user_id, created_at)
VALUES ($1::uuid, $2::uuid, $3::timestamptz)
ON CONFLICT DO NOTHING
