-- As list_stale_contents. A key is the suppression's id.
SELECT service_id, id::text AS key, id AS owner, recipient_sealed AS sealed
FROM suppressions
WHERE (service_id, id) > ($2::uuid, $3::text::uuid) AND substring(recipient_sealed FROM 2 FOR 2) <> $1::bytea
ORDER BY service_id, id
LIMIT $4::int4
