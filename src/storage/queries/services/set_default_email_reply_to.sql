UPDATE email_reply_tos SET is_default = true, updated_at = $3::timestamptz WHERE service_id = $1::uuid AND id = $2::uuid AND NOT archived
