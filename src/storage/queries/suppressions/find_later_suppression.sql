-- Whether a recipient was suppressed or lifted after a moment: a row. $1 service, $2 channel, $3 hash, $4 the moment.
-- The one that holds is a probe of suppressions_active; those that were lifted since are few (suppressions_lifted).
SELECT 1 FROM suppressions
WHERE service_id = $1::uuid AND channel = $2::int2 AND recipient_hash = $3::bytea AND lifted_at IS NULL AND created_at > $4::timestamptz
UNION ALL
SELECT 1 FROM suppressions
WHERE service_id = $1::uuid AND channel = $2::int2 AND recipient_hash = $3::bytea AND lifted_at > $4::timestamptz
LIMIT 1
