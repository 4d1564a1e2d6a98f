-- Newest first. $1 service, $2 ids before this one or null (one that the service does not have: nothing), $3 today, $4 page size.
SELECT id, notify_number, sealed, created_at FROM inbound_sms
WHERE service_id = $1::uuid AND ($2::uuid IS NULL OR id < $2::uuid) AND purge_on > $3::date
  AND local_date >= $3::date - (SELECT s.retention_days_sms FROM services s WHERE s.id = $1::uuid)
  AND ($2::uuid IS NULL OR EXISTS (SELECT FROM inbound_sms i WHERE i.service_id = $1::uuid AND i.id = $2::uuid))
ORDER BY id DESC LIMIT $4::int4
