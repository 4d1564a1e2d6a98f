-- Holds one change for the transaction. No row: somebody else is at it, or there is a newer one. $1 service, $2 channel, $3 changed at.
SELECT days, reach_days, done_id, forgotten FROM service_retention
WHERE service_id = $1::uuid AND channel = $2::int2 AND changed_at = $3::timestamptz AND applied_at IS NULL
FOR UPDATE SKIP LOCKED
