-- Each priority that was moved goes a step back to its resting point, unless something was moved in its channel lately. $1 step, $2 now,
-- $3 not when moved since.
WITH held AS MATERIALIZED (
    SELECT * FROM providers ORDER BY channel, name FOR UPDATE
),
restored AS (
    UPDATE providers p
    SET priority = CASE WHEN h.priority > h.resting_priority THEN greatest(h.resting_priority, h.priority - $1::int4)
                        ELSE least(h.resting_priority, h.priority + $1::int4) END
    FROM held h
    WHERE p.channel = h.channel AND p.name = h.name AND h.priority <> h.resting_priority
      AND NOT EXISTS (SELECT FROM held o WHERE o.channel = h.channel AND o.moved_at > $3::timestamptz)
    RETURNING p.channel, p.name, p.priority, p.active, p.international
)
INSERT INTO provider_history (channel, name, at, priority, active, international, reason)
SELECT channel, name, $2::timestamptz, priority, active, international, 'back towards its resting point' FROM restored
