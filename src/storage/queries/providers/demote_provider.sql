-- Moves traffic of a channel from a provider that fails to the others that are active, once a minute at the most however many processes ask.
-- All rows of the channel are locked first, in their order. $1 channel, $2 name, $3 step, $4 reason, $5 now, $6 not when moved since.
WITH held AS MATERIALIZED (
    SELECT * FROM providers WHERE channel = $1::int2 ORDER BY name FOR UPDATE
),
failing AS (
    UPDATE providers p SET priority = greatest(0, h.priority - $3::int4), moved_at = $5::timestamptz
    FROM held h
    WHERE p.channel = h.channel AND p.name = h.name AND h.name = $2::text AND h.active AND h.priority > 0
      AND (h.moved_at IS NULL OR h.moved_at <= $6::timestamptz)
      AND EXISTS (SELECT FROM held o WHERE o.name <> $2::text AND o.active)
    RETURNING p.channel, p.name, p.priority, p.active, p.international
),
others AS (
    UPDATE providers p SET priority = least(100, h.priority + $3::int4)
    FROM held h
    WHERE p.channel = h.channel AND p.name = h.name AND h.name <> $2::text AND h.active AND h.priority < 100 AND EXISTS (SELECT FROM failing)
    RETURNING p.channel, p.name, p.priority, p.active, p.international
)
INSERT INTO provider_history (channel, name, at, priority, active, international, reason)
SELECT channel, name, $5::timestamptz, priority, active, international, $4::text FROM failing
UNION ALL
SELECT channel, name, $5::timestamptz, priority, active, international, 'takes over from ' || $2::text FROM others
