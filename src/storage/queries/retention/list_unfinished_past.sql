-- Messages that are under way although their contents were to go by today, locked in the order of their key. $1 today, $2 ids before this one: no
-- younger message is past its retention. $3 and $4 service and id behind which to go on, $5 the most.
SELECT n.service_id, n.id, n.purge_on
FROM unfinished_messages($2::uuid) u
JOIN notifications n ON n.service_id = u.service_id AND n.id = u.notification_id
WHERE n.purge_on <= $1::date AND n.status IN (1, 2, 3) AND (u.service_id, u.notification_id) > ($3::uuid, $4::uuid)
ORDER BY n.service_id, n.id
LIMIT $5::int4
FOR UPDATE OF n
