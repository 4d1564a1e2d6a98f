-- Stores a complaint, once, with its event. $1 service, $2 id, $3 notification, $4 provider, $5 feedback id, $6 type, $7 sub type, $8 complained
-- at, $9 now. EventKind::complaint is 12.
WITH stored AS (
    INSERT INTO complaints (service_id, id, notification_id, provider, feedback_id, complaint_type, complaint_sub_type, complained_at, created_at)
    VALUES ($1::uuid, $2::uuid, $3::uuid, $4::text, nullif($5::text, ''), nullif($6::text, ''), nullif($7::text, ''), $8::timestamptz, $9::timestamptz)
    ON CONFLICT (service_id, notification_id, provider, feedback_id) DO NOTHING
    RETURNING service_id, notification_id, provider, complaint_type
),
noted AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind, provider, detail)
    SELECT $9::timestamptz, service_id, notification_id, 12, provider, complaint_type FROM stored
)
SELECT count(*) AS stored FROM stored
