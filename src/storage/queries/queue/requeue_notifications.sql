-- Puts messages that are in no table of the queue back into it, as retries that are due at once, or when they are to be sent: whoever moves them knows that they lie below its cursor.
-- $1 service, $2 and $3 the ids between which to look, $4 the most, $5 now. After lock_requeueing, in the same transaction.
-- A message that had an attempt may have been sent: it is in doubt. Its lane is told by what is known of it.
WITH lost AS (
    SELECT n.service_id, n.id, n.channel, n.key_type, n.job_id, n.template_id, n.scheduled_for
    FROM notifications n
    WHERE n.service_id = $1::uuid AND n.id >= $2::uuid AND n.id < $3::uuid AND n.status = 1
      AND NOT EXISTS (SELECT FROM queue_ready q WHERE q.lane = ANY (ARRAY[1, 2, 3, 4]::int2[]) AND q.service_id = n.service_id
                                                  AND q.channel = n.channel AND q.notification_id = n.id)
      AND NOT EXISTS (SELECT FROM queue_leases q WHERE q.service_id = n.service_id AND q.notification_id = n.id)
      AND NOT EXISTS (SELECT FROM queue_retries q WHERE q.service_id = n.service_id AND q.notification_id = n.id)
      AND NOT EXISTS (SELECT FROM queue_held q WHERE q.service_id = n.service_id AND q.job_id = n.job_id AND q.notification_id = n.id)
    ORDER BY n.id LIMIT $4::int4
    FOR UPDATE OF n
),
known AS (
    SELECT l.*, (SELECT count(*) FROM notification_events e
                 WHERE e.service_id = l.service_id AND e.notification_id = l.id AND e.kind = 2) AS attempts,
           CASE WHEN l.key_type = 3 THEN 4
                WHEN l.job_id IS NOT NULL THEN 3
                WHEN (SELECT t.priority FROM templates t WHERE t.service_id = l.service_id AND t.id = l.template_id) THEN 1
                ELSE 2 END AS lane
    FROM lost l
),
lanes AS (
    INSERT INTO queue_services (lane, service_id)
    SELECT DISTINCT lane, service_id FROM known ORDER BY lane, service_id
    ON CONFLICT DO NOTHING
),
noted AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind)
    SELECT $5::timestamptz, service_id, id, 15 FROM known
)
INSERT INTO queue_retries (run_at, service_id, notification_id, lane, channel, attempt, uncertain)
SELECT greatest(timestamptz 'epoch', scheduled_for), service_id, id, lane, channel, attempts + 1, attempts > 0 FROM known
