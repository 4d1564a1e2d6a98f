-- A message by its id alone, as a provider echoes it. $1 id. See explain_notification: the keys begin with the service, so each is probed.
SELECT n.service_id, n.id
FROM services s
CROSS JOIN LATERAL (SELECT service_id, id FROM notifications m WHERE m.service_id = s.id AND m.id = $1::uuid OFFSET 0) n
LIMIT 1
