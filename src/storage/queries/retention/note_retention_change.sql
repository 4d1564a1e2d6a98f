-- How far a change has come. $1 service, $2 channel, $3 the id up to which messages are done, $4 moved, $5 forgotten, $6 when it was finished or null.
UPDATE service_retention
SET done_id = $3::uuid, moved = moved + $4::int8, forgotten = forgotten + $5::int8, applied_at = $6::timestamptz
WHERE service_id = $1::uuid AND channel = $2::int2
