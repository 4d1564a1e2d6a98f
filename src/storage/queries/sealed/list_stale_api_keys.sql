-- As list_stale_contents. A key is the API key's id.
SELECT service_id, id::text AS key, id AS owner, secret_sealed AS sealed
FROM api_keys
WHERE (service_id, id) > ($2::uuid, $3::text::uuid) AND secret_sealed <> '' AND substring(secret_sealed FROM 2 FOR 2) <> $1::bytea
ORDER BY service_id, id
LIMIT $4::int4
