-- Applies a batch of receipts, one for each (provider, reference). $1 provider, $2 reference, $3 status, $4 response, $5 at,
-- $6 notification and $7 its service, where the provider told them. $8 whether a late bounce corrects `delivered`. $9 now. $10 the
-- simulator's name.
-- A final status ends the wait; a receipt nobody awaits is kept in unmatched_receipts (it may have overtaken the answer to the hand-off), unless
-- it names a message whose fate is known from this very hand-off: then it is a repetition, or the bounce of a mailbox that took the email first.
-- A message may be awaited under two references: its final receipt decides. A status never moves back. Rows are locked in one order, so that
-- two processes that are told the same do not deadlock.
WITH input AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::int2[], $4::text[], $5::timestamptz[], $6::uuid[], $7::uuid[])
        AS t (provider, reference, status, response, at, told_id, told_service)
),
known AS (
    SELECT i.*, a.service_id, a.notification_id
    FROM input i JOIN awaiting_receipts a ON a.provider = i.provider AND a.reference = i.reference
    ORDER BY a.provider, a.reference
    FOR UPDATE OF a
),
decided AS (
    SELECT DISTINCT ON (service_id, notification_id) * FROM known
    ORDER BY service_id, notification_id, (status IN (2, 3)), at, reference
),
late AS (
    SELECT i.*, n.service_id, n.notification_id, i.status = 9 AND n.channel = 1 AS bounces,
           i.status = 9 AND n.channel = 1 AND n.status = 5 AND $8::bool AS corrects
    FROM input i
    CROSS JOIN LATERAL (
        SELECT service_id, id AS notification_id, channel, status, sent_by, provider_reference
        FROM notifications WHERE service_id = i.told_service AND id = i.told_id OFFSET 0
    ) n
    WHERE n.sent_by = i.provider AND n.provider_reference = i.reference AND n.status NOT IN (1, 2, 3)
      AND NOT EXISTS (SELECT FROM known k WHERE k.provider = i.provider AND k.reference = i.reference)
),
ended AS (
    DELETE FROM awaiting_receipts a USING known k
    WHERE a.provider = k.provider AND a.reference = k.reference AND k.status NOT IN (2, 3)
),
-- Carries all columns along: see record_send_results.
old AS (
    SELECT k.*, n.status AS old_status, n.billable_units, n.local_date, n.template_id, n.channel, n.key_type, n.job_id
    FROM (SELECT *, false AS bounces, false AS corrects FROM decided UNION ALL SELECT * FROM late WHERE corrects) k
    JOIN notifications n ON n.service_id = k.service_id AND n.id = k.notification_id
    WHERE n.status IN (1, 2, 3) OR (k.corrects AND n.status = 5)
    ORDER BY n.service_id, n.id
    FOR UPDATE OF n
),
changed AS (
    UPDATE notifications n
    SET status = CASE WHEN o.old_status = 3 AND o.status = 9 THEN 8 WHEN o.status = 2 THEN greatest(o.old_status, o.status) ELSE o.status END,
        provider_response = coalesce(nullif(o.response, ''), n.provider_response), updated_at = $9::timestamptz
    FROM old o
    WHERE n.service_id = o.service_id AND n.id = o.notification_id
    RETURNING n.service_id, n.id, n.status, o.status AS reported, o.provider, o.old_status, o.billable_units, o.local_date, o.template_id, o.channel, o.key_type, n.job_id,
              n.sent_at, n.sent_by
),
noted AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind, status, provider)
    SELECT $9::timestamptz, service_id, id, 6, status, provider FROM changed
),
counted AS (
    INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, status, notifications, billable_units, job_id)
    SELECT local_date, service_id, template_id, channel, key_type, status, sum(n), sum(units), job_id
    FROM (
        SELECT local_date, service_id, template_id, channel, key_type, old_status AS status, -1 AS n, -billable_units AS units, coalesce(job_id, '00000000-0000-0000-0000-000000000000') AS job_id FROM changed
        UNION ALL
        SELECT local_date, service_id, template_id, channel, key_type, status, 1, billable_units, coalesce(job_id, '00000000-0000-0000-0000-000000000000') AS job_id FROM changed
    ) d
    GROUP BY local_date, service_id, template_id, channel, key_type, status, job_id
    HAVING sum(n) <> 0 OR sum(units) <> 0
),
-- Of what was handed over long ago nobody asks any more.
timed AS (
    INSERT INTO delivery_speeds (minute, provider, speed, notifications)
    SELECT date_trunc('minute', sent_at), sent_by,
           CASE WHEN status <> 5 THEN 5 WHEN sent_at > $9::timestamptz - interval '1 minute' THEN 1
                WHEN sent_at > $9::timestamptz - interval '5 minutes' THEN 2 WHEN sent_at > $9::timestamptz - interval '10 minutes' THEN 3 ELSE 4 END,
           count(*)
    FROM changed
    WHERE channel = 2 AND old_status IN (2, 3) AND status NOT IN (2, 3) AND sent_at > $9::timestamptz - interval '20 minutes'
    GROUP BY 1, 2, 3
),
-- A correction may find the call about what it corrects still under way: it is made again, and the result of that one is void.
owed AS (
    INSERT INTO callback_tasks (service_id, callback_type, subject_id)
    SELECT c.service_id, 'delivery_status', c.id
    FROM changed c JOIN service_callbacks s ON s.service_id = c.service_id AND s.callback_type = 'delivery_status'
    WHERE c.status NOT IN (2, 3)
    ORDER BY c.service_id, c.id
    ON CONFLICT (service_id, callback_type, subject_id) DO UPDATE SET fence = 0, run_at = now(), attempt = 1
    RETURNING subject_id
),
-- An email's permanent failure is a hard bounce; what a text message's means differs from carrier to carrier. What the simulator says is about
-- nobody.
suppressed AS (
    INSERT INTO suppressions_due (service_id, notification_id, reason, run_at)
    SELECT service_id, id, 1, $9::timestamptz FROM changed WHERE reported = 9 AND channel = 1 AND provider <> $10::text
    UNION
    SELECT service_id, notification_id, 1, $9::timestamptz FROM late WHERE bounces AND provider <> $10::text
    ON CONFLICT DO NOTHING
),
kept AS (
    INSERT INTO unmatched_receipts (provider, reference, notification_id, status, provider_response, at, received_at, look_at)
    SELECT i.provider, i.reference, i.told_id, i.status, nullif(i.response, ''), i.at, $9::timestamptz, $9::timestamptz + interval '1 second'
    FROM input i
    WHERE NOT EXISTS (SELECT FROM known k WHERE k.provider = i.provider AND k.reference = i.reference)
      AND NOT EXISTS (SELECT FROM late l WHERE l.provider = i.provider AND l.reference = i.reference)
    RETURNING 1
)
SELECT (SELECT count(*) FROM changed) AS changed, (SELECT count(*) FROM owed) AS callbacks_owed,
       (SELECT count(*) FROM late WHERE NOT corrects) AS repeated, (SELECT count(*) FROM kept) AS kept
