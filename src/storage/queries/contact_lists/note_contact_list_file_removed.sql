-- $1 service, $2 id, $3 now.
UPDATE contact_lists SET file_removed_at = $3::timestamptz
WHERE service_id = $1::uuid AND id = $2::uuid AND archived_at IS NOT NULL AND file_removed_at IS NULL
