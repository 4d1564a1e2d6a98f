-- Changes what is given and leaves the rest: null keeps. $1 service, $2 name, $3 email_from, $4 active, $5 restricted, $6 research mode,
-- $7 prefix_sms, $8 message limit, $9 rate limit, $10 and $11 days of retention for email and sms, $12 permissions to add, $13 to remove, $14 now.
-- A changed retention is on its way with the same commit: apply_retention finds it, and begins anew when it is changed once more.
WITH before AS (
    SELECT id, retention_days_email, retention_days_sms FROM services WHERE id = $1::uuid FOR NO KEY UPDATE
),
retention AS (
    INSERT INTO service_retention AS r (service_id, channel, days, created_at, changed_at, reach_days, applied_at)
    SELECT b.id, c.channel, c.days, $14::timestamptz, $14::timestamptz, greatest(c.days, c.before),
           CASE WHEN c.days = c.before THEN $14::timestamptz END
    FROM before b
    CROSS JOIN LATERAL (VALUES (1, $10::int4, b.retention_days_email), (2, $11::int4, b.retention_days_sms)) AS c (channel, days, before)
    WHERE c.days IS NOT NULL
    ON CONFLICT (service_id, channel) DO UPDATE
        SET days = EXCLUDED.days, updated_at = EXCLUDED.changed_at, changed_at = EXCLUDED.changed_at,
            reach_days = CASE WHEN r.applied_at IS NULL THEN greatest(r.reach_days, EXCLUDED.reach_days) ELSE EXCLUDED.reach_days END,
            done_id = NULL, moved = 0, forgotten = 0, applied_at = NULL
        WHERE r.days <> EXCLUDED.days
)
-- By way of `before`: read after its row was changed by this very statement, it would be empty.
UPDATE services s
SET name = coalesce($2::text, s.name),
    email_from = coalesce($3::text, s.email_from),
    active = coalesce($4::bool, s.active),
    restricted = coalesce($5::bool, s.restricted),
    research_mode = coalesce($6::bool, s.research_mode),
    prefix_sms = coalesce($7::bool, s.prefix_sms),
    message_limit = coalesce($8::int8, s.message_limit),
    rate_limit = coalesce($9::int4, s.rate_limit),
    retention_days_email = coalesce($10::int4, s.retention_days_email),
    retention_days_sms = coalesce($11::int4, s.retention_days_sms),
    permissions = ARRAY(SELECT DISTINCT p FROM unnest(s.permissions || $12::text[]) p WHERE p <> ALL ($13::text[]) ORDER BY p),
    version = s.version + 1,
    updated_at = $14::timestamptz
FROM before b
WHERE s.id = b.id
