SELECT id, sms_sender, is_default FROM sms_senders WHERE service_id = $1::uuid AND NOT archived ORDER BY is_default DESC, created_at
