-- As list_stale_contents. A key is the Idempotency-Key.
SELECT service_id, idempotency_keys.key AS key, holder AS owner, response_sealed AS sealed
FROM idempotency_keys
WHERE (service_id, key) > ($2::uuid, $3::text) AND substring(response_sealed FROM 2 FOR 2) <> $1::bytea
ORDER BY service_id, key
LIMIT $4::int4
