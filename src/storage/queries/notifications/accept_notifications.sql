-- Accepts a batch of messages: facts, sealed contents, queue rows, events, ledger and the daily limit, in one statement and so in one commit.
-- One array element a message in every parameter. $23 to $25 are of messages of jobs and of people; $26: it is held back, as those of slowed jobs are.
-- $27: when it is to be sent; null: now. Until then it waits among the retries, whose mover starts it.
--
-- Not admitted: of the counted messages of a service, those beyond its daily limit, and a message whose Idempotency-Key is no longer
-- held by its holder. The row lock on daily_usage makes the limit exact; rows are raised in one order, so that two batches cannot deadlock.
--
-- A message to a recipient whom its service does not write to any more (suppressions) is accepted and over at once: permanent-failure, its event
-- and its callback, nothing to pay and nothing in the queue. Exact for every suppression that was committed when this statement began.
-- Answers for each message: its outcome (WriteOutcome), whether its service has none left for today, and why it is suppressed.
WITH input AS (
    SELECT *
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int4[], $5::uuid[], $6::int2[], $7::int2[], $8::int2[], $9::int2[], $10::bool[],
                $11::text[], $12::text[], $13::timestamptz[], $14::date[], $15::date[], $16::bytea[], $17::int8[], $18::bool[],
                $19::text[], $20::uuid[], $21::bytea[], $22::bytea[], $23::uuid[], $24::int4[], $25::uuid[], $26::bool[], $27::timestamptz[])
        AS t (id, service_id, template_id, template_version, api_key_id, key_type, channel, lane, billable_units, international,
              phone_prefix, client_reference, created_at, local_date, purge_on, sealed, message_limit, counts,
              idempotency_key, idempotency_holder, response_sealed, recipient_hash, job_id, job_row_number, created_by_id, is_held, scheduled_for)
),
held AS (
    SELECT i.id
    FROM idempotency_keys k
    JOIN input i ON k.service_id = i.service_id AND k.key = i.idempotency_key AND k.holder = i.idempotency_holder
    WHERE k.response_sealed IS NULL
    FOR UPDATE OF k
),
candidates AS (
    SELECT i.*, (created_at AT TIME ZONE 'UTC')::date AS day,
           row_number() OVER (PARTITION BY service_id, (created_at AT TIME ZONE 'UTC')::date, counts ORDER BY id) AS place
    FROM input i
    WHERE idempotency_key IS NULL OR id IN (SELECT id FROM held)
),
wanted AS (
    SELECT service_id, day, count(*) AS count, max(message_limit) AS message_limit
    FROM candidates WHERE counts
    GROUP BY service_id, day
),
usage AS (
    INSERT INTO daily_usage (service_id, day, count, granted, message_limit)
    SELECT service_id, day, least(count, message_limit), least(count, message_limit), message_limit
    FROM wanted ORDER BY service_id, day
    ON CONFLICT (service_id, day) DO UPDATE
        SET count = daily_usage.count + least(EXCLUDED.count, EXCLUDED.message_limit - daily_usage.count),
            granted = least(EXCLUDED.count, EXCLUDED.message_limit - daily_usage.count),
            message_limit = EXCLUDED.message_limit
        WHERE daily_usage.count < EXCLUDED.message_limit
    RETURNING service_id, day, granted, count >= message_limit AS is_full
),
admitted AS (
    SELECT c.* FROM candidates c LEFT JOIN usage u ON u.service_id = c.service_id AND u.day = c.day
    WHERE NOT c.counts OR c.place <= u.granted
),
-- A subquery of each message: as a join it might become one with all suppressions there are.
judged AS (
    SELECT a.*, (SELECT (ARRAY['hard_bounce', 'complaint', 'unsubscribed', 'stop'])[s.reason] FROM suppressions s
                 WHERE s.service_id = a.service_id AND s.channel = a.channel AND s.recipient_hash = a.recipient_hash AND s.lifted_at IS NULL
                ) AS suppressed
    FROM admitted a
),
answered AS (
    UPDATE idempotency_keys k
    SET response_sealed = a.response_sealed
    FROM admitted a
    WHERE k.service_id = a.service_id AND k.key = a.idempotency_key
),
facts AS (
    INSERT INTO notifications (id, service_id, template_id, template_version, api_key_id, key_type, channel, status, billable_units,
                               international, rate_multiplier, phone_prefix, client_reference, created_at, local_date, purge_on,
                               updated_at, provider_response, job_id, job_row_number, created_by_id, scheduled_for)
    SELECT id, service_id, template_id, template_version, api_key_id, key_type, channel,
           CASE WHEN suppressed IS NULL THEN 1 ELSE 9 END, CASE WHEN suppressed IS NULL THEN billable_units ELSE 0 END,
           international, 1, phone_prefix, client_reference, created_at, local_date, purge_on,
           CASE WHEN suppressed IS NOT NULL THEN created_at END, 'suppressed: ' || suppressed,
           job_id, job_row_number, created_by_id, scheduled_for
    FROM judged
),
contents AS (
    INSERT INTO notification_contents (purge_on, service_id, notification_id, sealed)
    SELECT purge_on, service_id, id, sealed FROM judged
),
ready AS (
    INSERT INTO queue_ready (lane, service_id, channel, notification_id, attempt, uncertain)
    SELECT lane, service_id, channel, id, 1, false FROM judged
    WHERE suppressed IS NULL AND NOT is_held AND scheduled_for IS NULL
),
later AS (
    INSERT INTO queue_retries (run_at, service_id, notification_id, lane, channel, attempt, uncertain)
    SELECT scheduled_for, service_id, id, lane, channel, 1, false FROM judged
    WHERE suppressed IS NULL AND NOT is_held AND scheduled_for IS NOT NULL
),
held_back AS (
    INSERT INTO queue_held (service_id, job_id, notification_id, lane, channel, attempt)
    SELECT service_id, job_id, id, lane, channel, 1 FROM judged WHERE suppressed IS NULL AND is_held
),
lanes AS (
    INSERT INTO queue_services (lane, service_id)
    SELECT DISTINCT lane, service_id FROM judged WHERE suppressed IS NULL ORDER BY lane, service_id
    ON CONFLICT DO NOTHING
),
events AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind, status, detail)
    SELECT created_at, service_id, id, 1, 1, NULL FROM judged
    UNION ALL
    SELECT created_at, service_id, id, 11, 9, suppressed
    FROM judged WHERE suppressed IS NOT NULL
),
owed AS (
    INSERT INTO callback_tasks (service_id, callback_type, subject_id)
    SELECT j.service_id, 'delivery_status', j.id
    FROM judged j JOIN service_callbacks s ON s.service_id = j.service_id AND s.callback_type = 'delivery_status'
    WHERE j.suppressed IS NOT NULL
),
counted AS (
    INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, status, notifications, billable_units, job_id)
    SELECT local_date, service_id, template_id, channel, key_type, CASE WHEN suppressed IS NULL THEN 1 ELSE 9 END,
           count(*), sum(CASE WHEN suppressed IS NULL THEN billable_units ELSE 0 END),
           coalesce(job_id, '00000000-0000-0000-0000-000000000000')
    FROM judged
    GROUP BY local_date, service_id, template_id, channel, key_type, suppressed IS NULL, job_id
)
SELECT i.id,
       (CASE WHEN j.id IS NOT NULL THEN 0 -- written
             WHEN c.id IS NULL THEN 2     -- its key is somebody else's by now
             ELSE 1 END)::int2 AS outcome, -- over the daily limit
       i.counts AND c.id IS NOT NULL AND coalesce(u.is_full, true) AS is_full,
       j.suppressed
FROM input i
LEFT JOIN candidates c ON c.id = i.id
LEFT JOIN judged j ON j.id = i.id
LEFT JOIN usage u ON u.service_id = c.service_id AND u.day = c.day
