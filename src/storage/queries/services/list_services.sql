SELECT id, name, active, restricted, message_limit, rate_limit, created_at FROM services ORDER BY name
