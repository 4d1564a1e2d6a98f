-- How many jobs list_jobs has, up to $5. $1 to $4 as there.
SELECT count(*) AS total
FROM (
    SELECT FROM jobs
    WHERE service_id = $1::uuid AND ($2::timestamptz IS NULL OR created_at >= $2::timestamptz)
      AND ($3::text[] IS NULL OR status = ANY ($3::text[])) AND ($4::uuid IS NULL OR contact_list_id = $4::uuid)
      AND original_file_name NOT IN ('Test message', 'Report')
    LIMIT $5::int8
) counted
