-- Takes back a message that is scheduled for later. $1 service, $2 id, $3 key type that it was sent with, or null for any, $4 now.
-- Who deletes its row of the queue has it: this, the mover of retries, or a claim; each locks that row before anything else of the message.
-- Answers nothing for what the service does not have; otherwise what the message was when this began, and whether it is cancelled by this.
WITH message AS (
    SELECT service_id, id, channel, status, scheduled_for FROM notifications
    WHERE service_id = $1::uuid AND id = $2::uuid AND ($3::int2 IS NULL OR key_type = $3::int2)
),
later AS (
    DELETE FROM queue_retries q USING message m
    WHERE q.service_id = m.service_id AND q.notification_id = m.id AND m.scheduled_for IS NOT NULL AND q.attempt = 1 AND NOT q.uncertain
    RETURNING q.service_id, q.notification_id
),
ready AS (
    DELETE FROM queue_ready q USING message m
    WHERE q.lane = ANY ('{1,2,3,4}'::int2[]) AND q.service_id = m.service_id AND q.channel = m.channel AND q.notification_id = m.id
      AND m.scheduled_for IS NOT NULL AND q.attempt = 1 AND NOT q.uncertain
    RETURNING q.service_id, q.notification_id
),
old AS (
    SELECT n.service_id, n.id, n.billable_units, n.local_date, n.template_id, n.channel, n.key_type
    FROM (SELECT * FROM later UNION ALL SELECT * FROM ready) t
    JOIN notifications n ON n.service_id = t.service_id AND n.id = t.notification_id
    WHERE n.status = 1
    FOR UPDATE OF n
),
changed AS (
    UPDATE notifications n SET status = 10, billable_units = 0, updated_at = $4::timestamptz
    FROM old o WHERE n.service_id = o.service_id AND n.id = o.id
    RETURNING n.service_id, n.id, o.billable_units AS old_units, o.local_date, o.template_id, o.channel, o.key_type
),
noted AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind, status)
    SELECT $4::timestamptz, service_id, id, 13, 10 FROM changed
),
counted AS (
    INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, status, notifications, billable_units, job_id)
    SELECT local_date, service_id, template_id, channel, key_type, 1, -1, -old_units, '00000000-0000-0000-0000-000000000000' FROM changed
    UNION ALL
    SELECT local_date, service_id, template_id, channel, key_type, 10, 1, 0, '00000000-0000-0000-0000-000000000000' FROM changed
)
SELECT m.status, m.scheduled_for IS NOT NULL AS is_scheduled, EXISTS (SELECT FROM changed) AS is_cancelled FROM message m
