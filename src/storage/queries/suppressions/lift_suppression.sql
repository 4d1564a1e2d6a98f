-- $1 service, $2 channel, $3 hash, $4 author or null, $5 now.
UPDATE suppressions SET lifted_at = $5::timestamptz, lifted_by_id = $4::uuid
WHERE service_id = $1::uuid AND channel = $2::int2 AND recipient_hash = $3::bytea AND lifted_at IS NULL
RETURNING id
