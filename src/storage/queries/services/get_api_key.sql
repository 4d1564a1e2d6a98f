SELECT k.id, k.service_id, s.name AS service_name, k.name, k.key_type, k.created_at, k.expiry_date
FROM api_keys k JOIN services s ON s.id = k.service_id WHERE k.id = $1::uuid
