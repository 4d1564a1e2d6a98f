-- A service, and the settings of its retention that are not the default (0008_retention): there is nothing yet that they would have to come through.
WITH added AS (
    INSERT INTO services (id, name, email_from, restricted, message_limit, rate_limit, permissions, created_at, research_mode, prefix_sms,
                          retention_days_email, retention_days_sms)
    VALUES ($1::uuid, $2::text, $3::text, $4::bool, $5::int8, $6::int4, $7::text[], $8::timestamptz, $9::bool, $10::bool, $11::int4, $12::int4)
    RETURNING id, retention_days_email, retention_days_sms
)
INSERT INTO service_retention (service_id, channel, days, created_at, changed_at, reach_days, applied_at)
SELECT a.id, c.channel, c.days, $8::timestamptz, $8::timestamptz, c.days, $8::timestamptz
FROM added a CROSS JOIN LATERAL (VALUES (1, a.retention_days_email), (2, a.retention_days_sms)) AS c (channel, days)
WHERE c.days <> 7
