-- Texts received whose day has come. $1 the local date of today, $2 the most.
DELETE FROM inbound_sms WHERE (service_id, id) IN (
    SELECT service_id, id FROM inbound_sms WHERE purge_on <= $1::date ORDER BY purge_on LIMIT $2::int4 FOR UPDATE SKIP LOCKED
)
