-- What became of a batch of hand-offs. One array element a message: $1 service, $2 id, $3 fence, $4 outcome (1 handed over, a receipt will come;
-- 2 handed over for good; 3 try again; 4 failed for good, with status 9 because the recipient is suppressed; 5 nothing was offered: again as the same attempt), $5 new status, $6 provider, $7 reference, $8 detail, $9 fragments, $10 when to retry,
-- $11 when to look up, $12 event kind. $13 now.
-- Only the newest claim counts (fence), but for an acceptance that comes after its lease was lost: while the message waits as uncertain, this is
-- the answer to the doubt, so the message leaves the queue and the result is applied. One that is claimed again just now is left to that claim.
-- A receipt may have come first: a status is then never moved back.
-- Leases may be deleted in any order: nobody else waits for them (a fence has one holder, and who recovers leases skips locked ones). Messages
-- are locked in the order of their key, because receipts for them are recorded at the same time.
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
late AS (
    SELECT * FROM input i
    WHERE outcome IN (1, 2) AND NOT EXISTS (SELECT FROM ended e WHERE e.service_id = i.service_id AND e.id = i.id)
),
-- By their place, as in claim_deliveries: nearly always there are none, and the planner must not read the queue to find that out.
doubts_later AS (
    DELETE FROM queue_retries WHERE ctid = ANY (ARRAY(
        SELECT q.place FROM late l CROSS JOIN LATERAL (
            SELECT r.ctid AS place FROM queue_retries r
            WHERE r.service_id = l.service_id AND r.notification_id = l.id AND r.uncertain
            FOR UPDATE SKIP LOCKED
        ) q
    ))
    RETURNING service_id, notification_id, lane, channel, attempt, uncertain
),
doubts_ready AS (
    DELETE FROM queue_ready WHERE ctid = ANY (ARRAY(
        SELECT q.place FROM late l
        CROSS JOIN unnest(ARRAY[1, 2, 3, 4]::int2[]) AS a (lane)
        CROSS JOIN unnest(ARRAY[1, 2]::int2[]) AS c (channel)
        CROSS JOIN LATERAL (
            SELECT r.ctid AS place FROM queue_ready r
            WHERE r.lane = a.lane AND r.service_id = l.service_id AND r.channel = c.channel AND r.notification_id = l.id AND r.uncertain
            FOR UPDATE SKIP LOCKED
        ) q
    ))
    RETURNING service_id, notification_id, lane, channel, attempt, uncertain
),
-- What ended: with its lease, or with the doubt that the lost lease left behind (the attempt that it waits for is the one after).
settled AS (
    SELECT * FROM ended
    UNION ALL
    SELECT l.*, d.lane, d.channel, (d.attempt - 1)::int2, d.uncertain
    FROM late l
    JOIN (SELECT * FROM doubts_later UNION ALL SELECT * FROM doubts_ready) d ON d.service_id = l.service_id AND d.notification_id = l.id
),
-- Carries all columns along: a join of one of these sets with another would be a nested loop over estimates of one row.
old AS (
    SELECT e.*, n.status AS old_status, n.billable_units AS old_units, n.local_date, n.template_id, n.key_type
    FROM settled e JOIN notifications n ON n.service_id = e.service_id AND n.id = e.id
    ORDER BY n.service_id, n.id
    FOR UPDATE OF n
),
changed AS (
    UPDATE notifications n
    SET status = CASE WHEN o.old_status = 1 THEN o.status ELSE n.status END,
        billable_units = CASE WHEN o.outcome IN (1, 2) THEN o.fragments WHEN o.status = 9 THEN 0 ELSE n.billable_units END,
        sent_at = CASE WHEN o.outcome IN (1, 2) THEN coalesce(n.sent_at, $13::timestamptz) ELSE n.sent_at END,
        sent_by = CASE WHEN o.outcome IN (1, 2) THEN o.provider ELSE n.sent_by END,
        provider_reference = CASE WHEN o.outcome IN (1, 2) THEN o.reference ELSE n.provider_reference END,
        provider_response = CASE WHEN o.outcome = 4 AND o.status = 9 THEN o.detail ELSE n.provider_response END,
        updated_at = $13::timestamptz
    FROM old o
    WHERE n.service_id = o.service_id AND n.id = o.id AND o.outcome NOT IN (3, 5)
    RETURNING n.service_id, n.id, n.status, n.billable_units, o.old_status, o.old_units, o.local_date, o.template_id, o.channel,
              o.key_type, o.outcome, o.kind, o.attempt, o.provider, o.reference, o.detail, o.look_up_at, n.job_id, n.sent_at
),
awaited AS (
    INSERT INTO awaiting_receipts (provider, reference, service_id, notification_id, look_up_at, handed_over_at)
    SELECT provider, reference, service_id, id, look_up_at, sent_at FROM changed WHERE outcome = 1 AND old_status IN (1, 2, 3)
    ON CONFLICT (provider, reference) DO NOTHING
),
timed AS (
    INSERT INTO delivery_speeds (minute, provider, speed, notifications)
    SELECT date_trunc('minute', sent_at), provider, 0, count(*) FROM changed
    WHERE outcome = 1 AND old_status = 1 AND channel = 2
    GROUP BY 1, 2
),
retried AS (
    INSERT INTO queue_retries (run_at, service_id, notification_id, lane, channel, attempt, uncertain)
    SELECT retry_at, service_id, id, lane, channel, CASE outcome WHEN 3 THEN attempt + 1 ELSE attempt END, uncertain OR kind = 4
    FROM ended WHERE outcome IN (3, 5)
),
noted AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind, status, attempt, provider, detail)
    SELECT $13::timestamptz, service_id, id, kind, status, attempt, provider, nullif(detail, '') FROM changed
    UNION ALL
    SELECT $13::timestamptz, service_id, id, kind, NULL::int2, attempt, provider, nullif(detail, '') FROM ended WHERE outcome IN (3, 5)
),
counted AS (
    INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, status, notifications, billable_units, job_id)
    SELECT local_date, service_id, template_id, channel, key_type, status, sum(n), sum(units), job_id
    FROM (
        SELECT local_date, service_id, template_id, channel, key_type, old_status AS status, -1 AS n, -old_units AS units, coalesce(job_id, '00000000-0000-0000-0000-000000000000') AS job_id FROM changed
        UNION ALL
        SELECT local_date, service_id, template_id, channel, key_type, status, 1, billable_units, coalesce(job_id, '00000000-0000-0000-0000-000000000000') AS job_id FROM changed
    ) d
    GROUP BY local_date, service_id, template_id, channel, key_type, status, job_id
    HAVING sum(n) <> 0 OR sum(units) <> 0
),
owed AS (
    INSERT INTO callback_tasks (service_id, callback_type, subject_id)
    SELECT c.service_id, 'delivery_status', c.id
    FROM changed c JOIN service_callbacks s ON s.service_id = c.service_id AND s.callback_type = 'delivery_status'
    WHERE c.outcome = 4
    ON CONFLICT DO NOTHING
    RETURNING subject_id
)
SELECT (SELECT count(*) FROM changed) AS changed, (SELECT count(*) FROM owed) AS callbacks_owed
