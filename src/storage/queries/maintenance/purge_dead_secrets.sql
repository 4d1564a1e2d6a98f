-- Forgets the secrets of keys that were revoked long ago. The keys stay: messages name them. $1 revoked before, $2 the most.
UPDATE api_keys SET secret_sealed = '' WHERE id IN (
    SELECT id FROM api_keys WHERE expiry_date < $1::timestamptz AND secret_sealed <> ''
    ORDER BY expiry_date LIMIT $2::int4
    FOR UPDATE SKIP LOCKED
)
