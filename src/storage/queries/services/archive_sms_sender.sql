UPDATE sms_senders SET archived = true, is_default = false, updated_at = $3::timestamptz
WHERE service_id = $1::uuid AND id = $2::uuid AND NOT archived
