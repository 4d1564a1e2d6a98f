-- Why a service does not write to a recipient; no row: it does. $1 service, $2 channel, $3 hash.
SELECT reason FROM suppressions
WHERE service_id = $1::uuid AND channel = $2::int2 AND recipient_hash = $3::bytea AND lifted_at IS NULL
