-- $1 service, $2 id, $3 now. No row: the service has no such list any more.
UPDATE contact_lists SET archived_at = $3::timestamptz
WHERE service_id = $1::uuid AND id = $2::uuid AND archived_at IS NULL
RETURNING id
