-- How many list_uploads would give on all pages, up to $5. $1 to $4 as there.
SELECT count(*) AS total FROM (
    SELECT FROM jobs
    WHERE service_id = $1::uuid AND status NOT IN ('cancelled', 'scheduled') AND contact_list_id IS NULL
      AND original_file_name NOT IN ('Test message', 'Report')
      AND coalesce(processing_started, created_at) >= CASE channel WHEN 1 THEN $2::timestamptz ELSE $3::timestamptz END
      AND ($4::timestamptz IS NULL OR created_at >= $4::timestamptz)
    LIMIT $5::int8
) counted
