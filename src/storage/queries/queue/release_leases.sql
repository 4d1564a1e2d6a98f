-- Gives back what was claimed and not yet handed to a provider, at a drain. $1 service ids, $2 notification ids, $3 fences.
-- As retries that are due at once: whoever moves them knows that they lie below its cursor.
WITH released AS (
    DELETE FROM queue_leases l
    USING unnest($1::uuid[], $2::uuid[], $3::int8[]) AS t (service_id, notification_id, fence)
    WHERE l.service_id = t.service_id AND l.notification_id = t.notification_id AND l.fence = t.fence
    RETURNING l.lane, l.service_id, l.channel, l.notification_id, l.attempt, l.uncertain
)
INSERT INTO queue_retries (run_at, service_id, notification_id, lane, channel, attempt, uncertain)
SELECT timestamptz 'epoch', service_id, notification_id, lane, channel, attempt, uncertain FROM released
