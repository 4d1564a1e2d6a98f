-- A page of a service's jobs, in the order of the admin app: what has not begun first. $1 service, $2 created from, $3 statuses or null, $4 contact
-- list or null, $5 rows to pass over, $6 the most. Messages to oneself and to one person are no jobs to those who look (the family's names for them).
SELECT * FROM jobs
WHERE service_id = $1::uuid AND ($2::timestamptz IS NULL OR created_at >= $2::timestamptz)
  AND ($3::text[] IS NULL OR status = ANY ($3::text[])) AND ($4::uuid IS NULL OR contact_list_id = $4::uuid)
  AND original_file_name NOT IN ('Test message', 'Report')
ORDER BY service_id, processing_started DESC, created_at DESC
OFFSET $5::int8 LIMIT $6::int4
