-- Messages that are under way and whose contents would go by a day. $1 the day, $2 ids before this one.
SELECT count(*) AS messages
FROM unfinished_messages($2::uuid) u
JOIN notifications n ON n.service_id = u.service_id AND n.id = u.notification_id
WHERE n.purge_on <= $1::date AND n.status IN (1, 2, 3)
