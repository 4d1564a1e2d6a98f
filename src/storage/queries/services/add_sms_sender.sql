INSERT INTO sms_senders (id, service_id, sms_sender, is_default, created_at)
VALUES ($1::uuid, $2::uuid, $3::text, $4::bool, $5::timestamptz)
ON CONFLICT (id) DO NOTHING
