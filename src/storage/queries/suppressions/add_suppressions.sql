-- Suppresses recipients, each of whom once. One array element a recipient: $1 service, $2 id, $3 channel, $4 hash, $5 sealed, $6 reason,
-- $7 notification. $8 author or null, $9 now.
-- Who is suppressed already stays so. But what a person wants outweighs a bounce: else, when somebody finds the address mended and
-- lifts the bounce, the wish would be lifted with it. Rows are locked in the order of the index. Tells which were new.
INSERT INTO suppressions AS s (service_id, id, channel, recipient_hash, recipient_sealed, reason, notification_id, created_at, created_by_id)
SELECT DISTINCT ON (service_id, channel, recipient_hash)
       service_id, id, channel, recipient_hash, recipient_sealed, reason, notification_id, $9::timestamptz, $8::uuid
FROM unnest($1::uuid[], $2::uuid[], $3::int2[], $4::bytea[], $5::bytea[], $6::int2[], $7::uuid[])
    AS t (service_id, id, channel, recipient_hash, recipient_sealed, reason, notification_id)
ORDER BY service_id, channel, recipient_hash, (reason = 1), id
ON CONFLICT (service_id, channel, recipient_hash) WHERE lifted_at IS NULL DO UPDATE
    SET reason = EXCLUDED.reason, notification_id = EXCLUDED.notification_id, created_by_id = EXCLUDED.created_by_id
    WHERE s.reason = 1 AND EXCLUDED.reason <> 1
RETURNING service_id, id, reason
