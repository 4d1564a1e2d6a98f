-- Takes up to $3 whole tokens from a bucket that holds at most $4 and gains $4 a minute: gives how many, and how many are left.
-- $1 service, $2 key type, $5 now.
INSERT INTO rate_buckets AS b (service_id, key_type, tokens, granted, updated_at)
VALUES ($1::uuid, $2::int2, greatest($4::float8 - $3::float8, 0), least($3::float8, $4::float8), $5::timestamptz)
ON CONFLICT (service_id, key_type) DO UPDATE
SET (tokens, granted, updated_at) = (
    SELECT level - least(floor(level), $3::float8), least(floor(level), $3::float8), greatest(b.updated_at, $5::timestamptz)
    FROM (SELECT least($4::float8, b.tokens + greatest(extract(epoch FROM $5::timestamptz - b.updated_at)::float8, 0) * $4::float8 / 60) AS level) t
)
RETURNING granted, tokens
