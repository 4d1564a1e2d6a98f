-- Try again later: $1 service, $2 notification, $3 type, $4 fence, $5 when, $6 now, $7 detail.
WITH again AS (
    UPDATE callback_tasks SET run_at = $5::timestamptz, attempt = attempt + 1
    WHERE service_id = $1::uuid AND notification_id = $2::uuid AND callback_type = $3::text AND fence = $4::int8
    RETURNING service_id, notification_id, attempt
)
INSERT INTO notification_events (at, service_id, notification_id, kind, attempt, detail)
SELECT $6::timestamptz, service_id, notification_id, 9, (attempt - 1)::int2, $7::text FROM again
