-- A callback to make, where the service has set one of this type: in the transaction that makes it necessary. $1 service, $2 type, $3 the id of
-- what is to be told (see callback_tasks).
INSERT INTO callback_tasks (service_id, callback_type, subject_id)
SELECT service_id, callback_type, $3::uuid FROM service_callbacks WHERE service_id = $1::uuid AND callback_type = $2::text
ON CONFLICT DO NOTHING
