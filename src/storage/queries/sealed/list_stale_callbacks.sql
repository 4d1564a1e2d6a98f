-- As list_stale_contents. A key is the callback's type.
SELECT service_id, callback_type AS key, service_id AS owner, secrets_sealed AS sealed
FROM service_callbacks
WHERE (service_id, callback_type) > ($2::uuid, $3::text) AND substring(secrets_sealed FROM 2 FOR 2) <> $1::bytea
ORDER BY service_id, callback_type
LIMIT $4::int4
