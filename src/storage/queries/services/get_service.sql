SELECT id, name, email_from, active, restricted, research_mode, prefix_sms, message_limit, rate_limit, permissions,
       retention_days_email, retention_days_sms, created_at, updated_at
FROM services WHERE id = $1::uuid
