-- Ends a batch of messages whose fate nobody has told for too long: temporary-failure, an event, the ledger and the callback that is owed, and the wait
-- itself, in one statement. $1 handed over by then: fixed by the caller for all batches; $2 where the batch before ended: below it lie dead rows that some
-- open snapshot may keep; $3 the most to take; $4 now.
-- What somebody else has in hand (a receipt that is being recorded, a look-up) is passed over. Of the rows that were taken, exactly those are changed
-- whose message is still sending (2) or pending (3). A status that is final stays: a message may have been awaited under two references.
-- Rows are deleted by their place and every join is a probe of a key: the planner takes a LIMIT that is a parameter for a tenth of the table, and would
-- read all messages.
WITH due AS (
    SELECT a.ctid AS place FROM awaiting_receipts a
    WHERE a.handed_over_at >= $2::timestamptz AND a.handed_over_at <= $1::timestamptz
    ORDER BY a.handed_over_at LIMIT $3::int4
    FOR UPDATE SKIP LOCKED
),
ended AS (
    DELETE FROM awaiting_receipts WHERE ctid = ANY (ARRAY(SELECT place FROM due))
    RETURNING provider, service_id, notification_id, handed_over_at
),
overdue AS (
    SELECT DISTINCT ON (service_id, notification_id) service_id, notification_id, provider
    FROM ended ORDER BY service_id, notification_id, provider
),
-- One after the other, in the order of their key, as all who lock several messages.
old AS MATERIALIZED (
    SELECT o.service_id, o.notification_id, o.provider, n.*
    FROM overdue o
    CROSS JOIN LATERAL (
        SELECT status AS old_status, billable_units, local_date, template_id, channel, key_type, job_id FROM notifications
        WHERE service_id = o.service_id AND id = o.notification_id AND status IN (2, 3)
        FOR UPDATE
    ) n
),
changed AS (
    UPDATE notifications n SET status = 8, updated_at = $4::timestamptz
    FROM old o
    WHERE n.service_id = o.service_id AND n.id = o.notification_id
    RETURNING n.service_id, n.id, n.status, o.provider, o.old_status, o.billable_units, o.local_date, o.template_id, o.channel, o.key_type,
              coalesce(o.job_id, '00000000-0000-0000-0000-000000000000') AS job_id
),
noted AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind, status, provider)
    SELECT $4::timestamptz, service_id, id, 14, status, provider FROM changed
),
counted AS (
    INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, status, notifications, billable_units, job_id)
    SELECT local_date, service_id, template_id, channel, key_type, status, sum(n), sum(units), job_id
    FROM (
        SELECT local_date, service_id, template_id, channel, key_type, old_status AS status, -1 AS n, -billable_units AS units, job_id FROM changed
        UNION ALL
        SELECT local_date, service_id, template_id, channel, key_type, status, 1, billable_units, job_id FROM changed
    ) d
    GROUP BY local_date, service_id, template_id, channel, key_type, status, job_id
),
owed AS (
    INSERT INTO callback_tasks (service_id, callback_type, subject_id)
    SELECT c.service_id, 'delivery_status', c.id
    FROM changed c JOIN service_callbacks s ON s.service_id = c.service_id AND s.callback_type = 'delivery_status'
    ON CONFLICT (service_id, callback_type, subject_id) DO UPDATE SET fence = 0, run_at = now(), attempt = 1
    RETURNING subject_id
)
SELECT (SELECT count(*) FROM ended) AS taken, (SELECT max(handed_over_at) FROM ended) AS last,
       (SELECT count(*) FROM changed) AS changed, (SELECT count(*) FROM owed) AS callbacks_owed
