-- Null keeps what is there. $1 user, $2 name, $3 email address, $4 mobile number, $5 state, $6 platform admin, $7 now.
UPDATE users
SET name = coalesce($2::text, name),
    email_address = coalesce($3::text, email_address),
    mobile_number = coalesce($4::text, mobile_number),
    state = coalesce($5::text, state),
    platform_admin = coalesce($6::bool, platform_admin),
    updated_at = $7::timestamptz
WHERE id = $1::uuid
