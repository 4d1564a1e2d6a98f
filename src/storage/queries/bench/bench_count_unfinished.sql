-- `herald bench`: how many messages of a service are on their way. $1 service.
SELECT (SELECT count(*) FROM queue_ready WHERE service_id = $1::uuid)
     + (SELECT count(*) FROM queue_leases WHERE service_id = $1::uuid)
     + (SELECT count(*) FROM queue_retries WHERE service_id = $1::uuid)
     + (SELECT count(*) FROM awaiting_receipts WHERE service_id = $1::uuid) AS unfinished
