-- A changed retention of text messages, for those that came in: they go with the service's own. $1 service, $2 days, $3 the most to change, $4 today.
-- Their past ones go with delete_purged_inbound_sms.
UPDATE inbound_sms SET purge_on = local_date + $2::int4 + 1
WHERE service_id = $1::uuid AND id = ANY (ARRAY(
    SELECT id FROM inbound_sms WHERE service_id = $1::uuid AND purge_on > $4::date AND purge_on <> local_date + $2::int4 + 1 ORDER BY id LIMIT $3::int4
))
