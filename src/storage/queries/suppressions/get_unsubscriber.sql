-- The contents of a message from whose link somebody unsubscribes: a row with null once they were purged. $1 service, $2 notification.
SELECT s.name AS service_name, c.sealed
FROM services s
LEFT JOIN notifications n ON n.service_id = s.id AND n.id = $2::uuid
LEFT JOIN notification_contents c ON c.purge_on = n.purge_on AND c.service_id = n.service_id AND c.notification_id = n.id
WHERE s.id = $1::uuid
