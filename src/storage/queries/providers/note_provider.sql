-- Something about a provider that changes no row of it. $1 channel, $2 name, $3 reason, $4 now.
INSERT INTO provider_history (channel, name, at, priority, active, international, reason)
SELECT channel, name, $4::timestamptz, priority, active, international, $3::text FROM providers
WHERE channel = $1::int2 AND name = $2::text
