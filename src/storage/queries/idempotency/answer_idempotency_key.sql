-- The answer of a request that writes no message, for whoever repeats it. $1 service, $2 key, $3 holder, $4 answer, sealed.
UPDATE idempotency_keys SET response_sealed = $4::bytea
WHERE service_id = $1::uuid AND key = $2::text AND holder = $3::uuid AND response_sealed IS NULL
