-- Stores a complaint, once; with it its event, the callback that the service is owed (0003_callbacks), and that its recipient is to be
-- suppressed. $1 service, $2 id, $3 notification, $4 provider, $5 feedback id, $6 type, $7 sub type, $8 complained at, $9 now, $10 whether the
-- complaint names its recipient. EventKind::complaint is 12, SuppressionReason::complaint is 2, a test key's type is 3.
-- `suppress_told`: the contents are gone, by which suppress_recipients would find the recipient, and the caller knows it.
WITH stored AS (
    INSERT INTO complaints (service_id, id, notification_id, provider, feedback_id, complaint_type, complaint_sub_type, complained_at, created_at)
    VALUES ($1::uuid, $2::uuid, $3::uuid, $4::text, nullif($5::text, ''), nullif($6::text, ''), nullif($7::text, ''), $8::timestamptz, $9::timestamptz)
    ON CONFLICT (service_id, notification_id, provider, feedback_id) DO NOTHING
    RETURNING service_id, id, notification_id, provider, complaint_type
),
noted AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind, provider, detail)
    SELECT $9::timestamptz, service_id, notification_id, 12, provider, complaint_type FROM stored
),
owed AS (
    INSERT INTO callback_tasks (service_id, callback_type, subject_id)
    SELECT s.service_id, s.callback_type, c.id
    FROM stored c JOIN service_callbacks s ON s.service_id = c.service_id AND s.callback_type = 'complaint'
    ON CONFLICT DO NOTHING
),
unwanted AS (
    SELECT c.service_id, c.notification_id, $10::bool AND NOT EXISTS (
               SELECT FROM notification_contents t
               WHERE t.purge_on = n.purge_on AND t.service_id = n.service_id AND t.notification_id = n.id) AS by_told
    FROM stored c JOIN notifications n ON n.service_id = c.service_id AND n.id = c.notification_id
    WHERE c.complaint_type IS DISTINCT FROM 'not-spam' -- the recipient took the message out of the spam: the opposite
      AND n.key_type <> 3
),
suppressed AS (
    INSERT INTO suppressions_due (service_id, notification_id, reason, run_at)
    SELECT service_id, notification_id, 2, $9::timestamptz FROM unwanted WHERE NOT by_told
    ON CONFLICT DO NOTHING
)
SELECT (SELECT count(*) FROM stored) AS stored, EXISTS (SELECT FROM unwanted WHERE by_told) AS suppress_told
