-- Jobs whose messages are kept, without those of contact lists, what is to begin first, then newest first. $1 service, $2 from when on jobs of
-- emails are shown, $3 the same of text messages, $4 created from this moment on, or null, $5 how many to skip, $6 how many to give.
SELECT id, original_file_name, notification_count, channel, created_at, scheduled_for
FROM jobs
WHERE service_id = $1::uuid AND status NOT IN ('cancelled', 'scheduled') AND contact_list_id IS NULL
  AND original_file_name NOT IN ('Test message', 'Report')
  AND coalesce(processing_started, created_at) >= CASE channel WHEN 1 THEN $2::timestamptz ELSE $3::timestamptz END
  AND ($4::timestamptz IS NULL OR created_at >= $4::timestamptz)
ORDER BY processing_started DESC, created_at DESC
OFFSET $5::int8 LIMIT $6::int4
