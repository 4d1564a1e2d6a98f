-- Stores a text message for the service whose number it was sent to, once, with the callback that the service is owed (0003_callbacks).
-- $1 number, $2 id, $3 sealed, $4 provider, $5 reference, $6 sent at, $7 now, $8 the local date of today.
-- No row: nobody's number, a service that takes none, or told already.
WITH stored AS (
    INSERT INTO inbound_sms (service_id, id, notify_number, sealed, provider, provider_reference, provider_date, created_at, purge_on)
    SELECT s.id, $2::uuid, n.number, $3::bytea, $4::text, $5::text, $6::timestamptz, $7::timestamptz, $8::date + s.retention_days_sms + 1
    FROM inbound_numbers n JOIN services s ON s.id = n.service_id
    WHERE n.number = $1::text AND n.active AND s.active AND s.permissions @> '{inbound_sms,sms}'
    ON CONFLICT (service_id, provider, provider_reference) DO NOTHING
    RETURNING service_id, id
),
owed AS (
    INSERT INTO callback_tasks (service_id, callback_type, subject_id)
    SELECT s.service_id, s.callback_type, t.id
    FROM stored t JOIN service_callbacks s ON s.service_id = t.service_id AND s.callback_type = 'inbound_sms'
    ON CONFLICT DO NOTHING
)
SELECT service_id FROM stored
