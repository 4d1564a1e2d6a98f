-- A service's keys; revoked ones only for the days in which the API still says so. $1 service, $2 revoked after.
SELECT id, name, secret_sealed, key_type, expiry_date
FROM api_keys
WHERE service_id = $1::uuid AND (expiry_date IS NULL OR expiry_date > $2::timestamptz)
ORDER BY created_at, id
