-- Done, or given up: $1 service, $2 notification, $3 type, $4 fence, $5 event kind, $6 attempt, $7 detail, $8 now.
WITH gone AS (
    DELETE FROM callback_tasks
    WHERE service_id = $1::uuid AND notification_id = $2::uuid AND callback_type = $3::text AND fence = $4::int8
    RETURNING service_id, notification_id
)
INSERT INTO notification_events (at, service_id, notification_id, kind, attempt, detail)
SELECT $8::timestamptz, service_id, notification_id, $5::int2, $6::int2, $7::text FROM gone
