-- Changes what is given and leaves the rest: null keeps. $1 service, $2 name, $3 email_from, $4 active, $5 restricted, $6 research mode,
-- $7 prefix_sms, $8 message limit, $9 rate limit, $10 and $11 days of retention for email and sms, $12 permissions to add, $13 to remove, $14 now.
UPDATE services
SET name = coalesce($2::text, name),
    email_from = coalesce($3::text, email_from),
    active = coalesce($4::bool, active),
    restricted = coalesce($5::bool, restricted),
    research_mode = coalesce($6::bool, research_mode),
    prefix_sms = coalesce($7::bool, prefix_sms),
    message_limit = coalesce($8::int8, message_limit),
    rate_limit = coalesce($9::int4, rate_limit),
    retention_days_email = coalesce($10::int4, retention_days_email),
    retention_days_sms = coalesce($11::int4, retention_days_sms),
    permissions = ARRAY(SELECT DISTINCT p FROM unnest(permissions || $12::text[]) p WHERE p <> ALL ($13::text[]) ORDER BY p),
    version = version + 1,
    updated_at = $14::timestamptz
WHERE id = $1::uuid
