-- What became of a batch of hand-offs. One array element a message: $1 service, $2 id, $3 fence, $4 outcome (1 handed over, a receipt will come;
-- 2 handed over for good; 3 try again; 4 failed for good), $5 new status, $6 provider, $7 reference, $8 detail, $9 fragments, $10 when to retry,
-- $11 when to look up, $12 event kind. $13 now.
-- Only the newest claim counts (fence). A receipt may have come first: a status is then never moved back.
WITH input AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int8[], $4::int2[], $5::int2[], $6::text[], $7::text[], $8::text[], $9::int2[],
                         $10::timestamptz[], $11::timestamptz[], $12::int2[])
        AS t (service_id, id, fence, outcome, status, provider, reference, detail, fragments, retry_at, look_up_at, kind)
),
ended AS (
    DELETE FROM queue_leases l USING input i
    WHERE l.service_id = i.service_id AND l.notification_id = i.id AND l.fence = i.fence
    RETURNING i.*, l.lane, l.channel, l.attempt, l.uncertain
),
old AS (
    SELECT n.service_id, n.id, n.status, n.billable_units, n.local_date, n.template_id, n.channel, n.key_type
    FROM notifications n JOIN ended e ON n.service_id = e.service_id AND n.id = e.id
    FOR UPDATE OF n
),
changed AS (
    UPDATE notifications n
    SET status = CASE WHEN o.status = 1 THEN e.status ELSE n.status END,
        billable_units = CASE WHEN e.outcome IN (1, 2) THEN e.fragments ELSE n.billable_units END,
        sent_at = CASE WHEN e.outcome IN (1, 2) THEN coalesce(n.sent_at, $13::timestamptz) ELSE n.sent_at END,
        sent_by = CASE WHEN e.outcome IN (1, 2) THEN e.provider ELSE n.sent_by END,
        provider_reference = CASE WHEN e.outcome IN (1, 2) THEN e.reference ELSE n.provider_reference END,
        updated_at = $13::timestamptz
    FROM ended e JOIN old o ON o.service_id = e.service_id AND o.id = e.id
    WHERE n.service_id = e.service_id AND n.id = e.id AND e.outcome <> 3
    RETURNING n.service_id, n.id, n.status, n.billable_units
),
awaited AS (
    INSERT INTO awaiting_receipts (provider, reference, service_id, notification_id, look_up_at)
    SELECT e.provider, e.reference, e.service_id, e.id, e.look_up_at
    FROM ended e JOIN old o ON o.service_id = e.service_id AND o.id = e.id
    WHERE e.outcome = 1 AND o.status IN (1, 2, 3)
    ON CONFLICT (provider, reference) DO NOTHING
),
retried AS (
    INSERT INTO queue_retries (run_at, service_id, notification_id, lane, channel, attempt, uncertain)
    SELECT retry_at, service_id, id, lane, channel, attempt + 1, uncertain OR kind = 4 FROM ended WHERE outcome = 3
),
noted AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind, status, attempt, provider, detail)
    SELECT $13::timestamptz, e.service_id, e.id, e.kind, c.status, e.attempt, e.provider, nullif(e.detail, '')
    FROM ended e LEFT JOIN changed c ON c.service_id = e.service_id AND c.id = e.id
),
counted AS (
    INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, status, notifications, billable_units)
    SELECT local_date, service_id, template_id, channel, key_type, status, sum(n), sum(units)
    FROM (
        SELECT o.local_date, o.service_id, o.template_id, o.channel, o.key_type, o.status, -1 AS n, -o.billable_units AS units
        FROM old o JOIN changed c ON c.service_id = o.service_id AND c.id = o.id
        UNION ALL
        SELECT o.local_date, o.service_id, o.template_id, o.channel, o.key_type, c.status, 1, c.billable_units
        FROM old o JOIN changed c ON c.service_id = o.service_id AND c.id = o.id
    ) d
    GROUP BY local_date, service_id, template_id, channel, key_type, status
    HAVING sum(n) <> 0 OR sum(units) <> 0
),
owed AS (
    INSERT INTO callback_tasks (service_id, notification_id, callback_type, run_at, attempt)
    SELECT c.service_id, c.id, 'delivery_status', $13::timestamptz, 1
    FROM changed c JOIN ended e ON e.service_id = c.service_id AND e.id = c.id
    JOIN service_callbacks s ON s.service_id = c.service_id AND s.callback_type = 'delivery_status'
    WHERE e.outcome = 4
    ON CONFLICT DO NOTHING
    RETURNING notification_id
)
SELECT (SELECT count(*) FROM changed) AS changed, (SELECT count(*) FROM owed) AS callbacks_owed
