-- Newest first. $1 service, $2 one of them or null, $3 from when on a job of emails is recent, $4 the same of text messages, $5 how many at most.
SELECT l.id, l.original_file_name, l.row_count, l.channel, l.created_at, u.name AS created_by_name,
       EXISTS (SELECT FROM jobs j WHERE j.service_id = l.service_id AND j.contact_list_id = l.id) AS has_jobs,
       (SELECT count(*) FROM jobs j
        WHERE j.service_id = l.service_id AND j.contact_list_id = l.id
          AND coalesce(j.processing_started, j.created_at) >= CASE l.channel WHEN 1 THEN $3::timestamptz ELSE $4::timestamptz END) AS recent_job_count
FROM contact_lists l
LEFT JOIN users u ON u.id = l.created_by_id
WHERE l.service_id = $1::uuid AND l.archived_at IS NULL AND ($2::uuid IS NULL OR l.id = $2::uuid)
ORDER BY l.created_at DESC, l.id DESC
LIMIT $5::int4
