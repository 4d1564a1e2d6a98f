INSERT INTO services (id, name, email_from, restricted, message_limit, rate_limit, permissions, created_at, research_mode, prefix_sms,
                      retention_days_email, retention_days_sms)
VALUES ($1::uuid, $2::text, $3::text, $4::bool, $5::int8, $6::int4, $7::text[], $8::timestamptz, $9::bool, $10::bool, $11::int4, $12::int4)
