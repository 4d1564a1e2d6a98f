-- Says whose number a text message was sent to, and stores it for a service that takes texts, once, with the callback that the service is owed
-- (0003_callbacks). $1 number, $2 id, $3 sealed, $4 provider, $5 reference, $6 sent at, $7 now, $8 the local date of $6, $9 of today.
-- No row: nobody's number, or nobody's at that time. A text that is replayed belongs to whoever had the number then, and a number's history is
-- its last change; five minutes are for clocks. `keeps`: the service takes texts, and this one is not past its retention.
WITH target AS (
    SELECT n.number, s.id AS service_id, $8::date + s.retention_days_sms + 1 AS purge_on,
           n.active AND s.active AND s.permissions @> '{inbound_sms,sms}' AND $8::date + s.retention_days_sms + 1 > $9::date AS keeps
    FROM inbound_numbers n JOIN services s ON s.id = n.service_id
    WHERE n.number = $1::text AND (n.updated_at IS NULL OR $6::timestamptz >= n.updated_at - interval '5 minutes')
),
stored AS (
    INSERT INTO inbound_sms (service_id, id, notify_number, sealed, provider, provider_reference, provider_date, created_at, purge_on, local_date)
    SELECT service_id, $2::uuid, number, $3::bytea, $4::text, $5::text, $6::timestamptz, $7::timestamptz, purge_on, $8::date
    FROM target WHERE keeps
    ON CONFLICT (service_id, provider, provider_reference) DO NOTHING
    RETURNING service_id, id
),
owed AS (
    INSERT INTO callback_tasks (service_id, callback_type, subject_id)
    SELECT s.service_id, s.callback_type, t.id
    FROM stored t JOIN service_callbacks s ON s.service_id = t.service_id AND s.callback_type = 'inbound_sms'
    ON CONFLICT DO NOTHING
)
SELECT service_id, keeps, EXISTS (SELECT FROM stored) AS stored FROM target
