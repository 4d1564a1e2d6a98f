-- The request failed: the key is free again. $1 service, $2 key, $3 holder.
DELETE FROM idempotency_keys WHERE service_id = $1::uuid AND key = $2::text AND holder = $3::uuid AND response_sealed IS NULL
