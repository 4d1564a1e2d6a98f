SELECT id, email_address, is_default FROM email_reply_tos WHERE service_id = $1::uuid AND NOT archived ORDER BY is_default DESC, created_at
