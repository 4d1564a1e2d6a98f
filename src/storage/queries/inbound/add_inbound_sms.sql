INSERT INTO inbound_sms (service_id, id, notify_number, sealed, provider, provider_reference, provider_date, created_at, purge_on, local_date)
VALUES ($1::uuid, $2::uuid, $3::text, $4::bytea, $5::text, $6::text, $7::timestamptz, $8::timestamptz, $9::date, $10::date)
