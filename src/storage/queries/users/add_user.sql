INSERT INTO users (id, name, email_address, mobile_number, platform_admin, created_at)
VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::bool, $6::timestamptz)
