-- `herald bench`: a service's messages with a final failure. $1 service.
SELECT id FROM notifications WHERE service_id = $1::uuid AND status IN (6, 7, 8, 9)
