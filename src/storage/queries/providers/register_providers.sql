-- The providers that a process has; those that are known already stay as they are. $1 channels, $2 names, $3 now.
WITH added AS (
    INSERT INTO providers (channel, name, priority, resting_priority, active, international)
    SELECT channel, name, 100, 100, true, true FROM unnest($1::int2[], $2::text[]) AS t (channel, name)
    ORDER BY channel, name
    ON CONFLICT (channel, name) DO NOTHING
    RETURNING channel, name, priority, active, international
)
INSERT INTO provider_history (channel, name, at, priority, active, international, reason)
SELECT channel, name, $3::timestamptz, priority, active, international, 'a process has it in its configuration' FROM added
