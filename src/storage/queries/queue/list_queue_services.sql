-- Every lane and service that ever queued something: what workers rotate over.
SELECT lane, service_id FROM queue_services ORDER BY lane, service_id
