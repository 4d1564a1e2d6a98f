-- In any order. $1 ids.
SELECT id, name, email_address, mobile_number, state, platform_admin, created_at, updated_at FROM users WHERE id = ANY ($1::uuid[])
