-- Accepts a batch of messages: facts, sealed contents, queue rows, events, ledger and the daily limit, in one statement and so in one commit.
-- One array element a message in every parameter.
--
-- Not admitted: every counted message of a service whose batch would pass its daily limit (the caller splits the batch
-- until single messages decide: exact), and a message whose Idempotency-Key is no longer held by its holder.
-- daily_usage rows are raised in service_id order, so that two batches cannot deadlock.
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
wanted AS (
    SELECT service_id, (created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS count, max(message_limit) AS message_limit
    FROM input
    WHERE counts AND (idempotency_key IS NULL OR id IN (SELECT id FROM held))
    GROUP BY 1, 2
),
usage AS (
    INSERT INTO daily_usage (service_id, day, count, message_limit)
    SELECT service_id, day, count, message_limit FROM wanted WHERE count <= message_limit ORDER BY service_id, day
    ON CONFLICT (service_id, day) DO UPDATE
        SET count = daily_usage.count + EXCLUDED.count, message_limit = EXCLUDED.message_limit
        WHERE daily_usage.count + EXCLUDED.count <= EXCLUDED.message_limit
    RETURNING service_id, day
),
admitted AS (
    SELECT * FROM input i
    WHERE (i.idempotency_key IS NULL OR i.id IN (SELECT id FROM held))
      AND (NOT i.counts OR (i.service_id, (i.created_at AT TIME ZONE 'UTC')::date) IN (SELECT service_id, day FROM usage))
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
    SELECT DISTINCT lane, service_id FROM admitted
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
             WHEN i.idempotency_key IS NOT NULL AND i.id NOT IN (SELECT id FROM held) THEN 2 -- its key is somebody else's by now
             ELSE 1 END)::int2 AS outcome -- its service's batch would pass the daily limit
FROM input i LEFT JOIN admitted a ON a.id = i.id
