SELECT id FROM services WHERE name = $1::text
