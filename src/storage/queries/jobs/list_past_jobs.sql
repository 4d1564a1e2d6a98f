-- Jobs that are over and whose file goes, the oldest first. $1 the moments before which jobs go, by their days of retention from 3 on; $2 to $4 behind
-- which moment, service and id to go on; $5 the most. A job counts from when it was to begin, as in the family; one that has yet to end keeps its file.
SELECT j.service_id, j.id, j.object_key, coalesce(j.scheduled_for, j.created_at) AS counts_from
FROM jobs j JOIN services s ON s.id = j.service_id
WHERE j.archived_at IS NULL AND j.status NOT IN ('pending', 'in progress', 'scheduled')
  AND coalesce(j.scheduled_for, j.created_at) < ($1::timestamptz[])[1]
  AND coalesce(j.scheduled_for, j.created_at)
      < ($1::timestamptz[])[CASE j.channel WHEN 1 THEN s.retention_days_email ELSE s.retention_days_sms END - 2]
  AND (coalesce(j.scheduled_for, j.created_at), j.service_id, j.id) > ($2::timestamptz, $3::uuid, $4::uuid)
ORDER BY coalesce(j.scheduled_for, j.created_at), j.service_id, j.id
LIMIT $5::int4
