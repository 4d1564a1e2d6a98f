-- `herald bench`: how many messages of a service nobody has taken yet, and how many of them are being handed over or wait for that now
-- (the others wait for another try). $1 service.
SELECT (SELECT count(*) FROM queue_ready WHERE service_id = $1::uuid)
     + (SELECT count(*) FROM queue_leases WHERE service_id = $1::uuid) AS at_work,
       (SELECT count(*) FROM queue_retries WHERE service_id = $1::uuid) AS waiting
