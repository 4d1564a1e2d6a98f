-- Null keeps what is there. $1 channel, $2 name, $3 priority, $4 active, $5 now, $6 author.
UPDATE providers
SET priority = coalesce($3::int4, priority), active = coalesce($4::bool, active), updated_at = $5::timestamptz, updated_by_id = $6::uuid
WHERE channel = $1::int2 AND name = $2::text
