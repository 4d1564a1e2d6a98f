-- Accepts a batch of messages: facts, sealed contents, queue rows, events, ledger and the daily limit, in one statement and so in one commit.
-- One array element a message in every parameter.
--
-- Not admitted: of the counted messages of a service, those beyond its daily limit, and a message whose Idempotency-Key is no longer
-- held by its holder. The row lock on daily_usage makes the limit exact; rows are raised in one order, so that two batches cannot deadlock.
-- Answers for each message: its outcome (WriteOutcome), and whether its service has none left for today.
WITH input AS (
    SELECT *
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int4[], $5::uuid[], $6::int2[], $7::int2[], $8::int2[], $9::int2[], $10::bool[],
                $11::text[], $12::text[], $13::timestamptz[], $14::date[], $15::date[], $16::bytea[], $17::int8[], $18::bool[],
                $19::text[], $20::uuid[], $21::bytea[])
        AS t (id, service_id, template_id, template_version, api_key_id, key_type, channel, lane, billable_units, international,
              phone_prefix, client_reference, created_at, local_date, purge_on, sealed, message_limit, counts,
              idempotency_key, idempotency_holder, response_sealed)
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
answered AS (
    UPDATE idempotency_keys k
    SET response_sealed = a.response_sealed
    FROM admitted a
    WHERE k.service_id = a.service_id AND k.key = a.idempotency_key
),
facts AS (
    INSERT INTO notifications (id, service_id, template_id, template_version, api_key_id, key_type, channel, status, billable_units,
                               international, rate_multiplier, phone_prefix, client_reference, created_at, local_date, purge_on)
    SELECT id, service_id, template_id, template_version, api_key_id, key_type, channel, 1, billable_units,
           international, 1, phone_prefix, client_reference, created_at, local_date, purge_on
    FROM admitted
),
contents AS (
    INSERT INTO notification_contents (purge_on, service_id, notification_id, sealed)
    SELECT purge_on, service_id, id, sealed FROM admitted
),
ready AS (
    INSERT INTO queue_ready (lane, service_id, channel, notification_id, attempt, uncertain)
    SELECT lane, service_id, channel, id, 1, false FROM admitted
),
lanes AS (
    INSERT INTO queue_services (lane, service_id)
    SELECT DISTINCT lane, service_id FROM admitted ORDER BY lane, service_id
    ON CONFLICT DO NOTHING
),
events AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind, status)
    SELECT created_at, service_id, id, 1, 1 FROM admitted
),
counted AS (
    INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, status, notifications, billable_units)
    SELECT local_date, service_id, template_id, channel, key_type, 1, count(*), sum(billable_units)
    FROM admitted
    GROUP BY local_date, service_id, template_id, channel, key_type
)
SELECT i.id,
       (CASE WHEN a.id IS NOT NULL THEN 0 -- written
             WHEN c.id IS NULL THEN 2     -- its key is somebody else's by now
             ELSE 1 END)::int2 AS outcome, -- over the daily limit
       i.counts AND c.id IS NOT NULL AND coalesce(u.is_full, true) AS is_full
FROM input i
LEFT JOIN candidates c ON c.id = i.id
LEFT JOIN admitted a ON a.id = i.id
LEFT JOIN usage u ON u.service_id = c.service_id AND u.day = c.day
