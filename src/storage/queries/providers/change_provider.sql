-- What an operator decides; null keeps what is there. The priority becomes the resting point, too. $1 channel, $2 name, $3 priority, $4 active,
-- $5 international, $6 reason, $7 now, $8 author.
WITH changed AS (
    UPDATE providers
    SET priority = coalesce($3::int4, priority), resting_priority = coalesce($3::int4, resting_priority), active = coalesce($4::bool, active),
        international = coalesce($5::bool, international), updated_at = $7::timestamptz, updated_by_id = $8::uuid
    WHERE channel = $1::int2 AND name = $2::text
    RETURNING channel, name, priority, active, international
)
INSERT INTO provider_history (channel, name, at, priority, active, international, reason, author_id)
SELECT channel, name, $7::timestamptz, priority, active, international, $6::text, $8::uuid FROM changed
