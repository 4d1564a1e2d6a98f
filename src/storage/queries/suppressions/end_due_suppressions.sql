-- Ends what list_due_suppressions gave, or puts it off. One array element each: $1 service, $2 notification, $3 reason, $4 when to try again,
-- null: it is done.
WITH input AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int2[], $4::timestamptz[]) AS t (service_id, notification_id, reason, retry_at)
),
put_off AS (
    UPDATE suppressions_due d SET run_at = i.retry_at
    FROM input i
    WHERE d.service_id = i.service_id AND d.notification_id = i.notification_id AND d.reason = i.reason AND i.retry_at IS NOT NULL
)
DELETE FROM suppressions_due d USING input i
WHERE d.service_id = i.service_id AND d.notification_id = i.notification_id AND d.reason = i.reason AND i.retry_at IS NULL
