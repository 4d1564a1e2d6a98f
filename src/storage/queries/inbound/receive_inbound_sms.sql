-- Stores a text message for the service whose number it was sent to, once. $1 number, $2 id, $3 sealed, $4 provider, $5 reference, $6 sent at,
-- $7 now, $8 the local date of today. No row: nobody's number, a service that takes none, or told already.
INSERT INTO inbound_sms (service_id, id, notify_number, sealed, provider, provider_reference, provider_date, created_at, purge_on)
SELECT s.id, $2::uuid, n.number, $3::bytea, $4::text, $5::text, $6::timestamptz, $7::timestamptz, $8::date + s.retention_days_sms + 1
FROM inbound_numbers n JOIN services s ON s.id = n.service_id
WHERE n.number = $1::text AND n.active AND s.active AND s.permissions @> '{inbound_sms,sms}'
ON CONFLICT (service_id, provider, provider_reference) DO NOTHING
RETURNING service_id
