-- As list_stale_contents. A key is the received text's id.
SELECT service_id, id::text AS key, id AS owner, sealed AS sealed
FROM inbound_sms
WHERE (service_id, id) > ($2::uuid, $3::text::uuid) AND substring(sealed FROM 2 FOR 2) <> $1::bytea
ORDER BY service_id, id
LIMIT $4::int4
