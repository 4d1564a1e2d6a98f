-- Of these messages, those whose hand-off is not recorded. $1 services, $2 ids. `created` is 1.
SELECT n.id
FROM unnest($1::uuid[], $2::uuid[]) AS t (service_id, id)
CROSS JOIN LATERAL (
    SELECT id, status FROM notifications WHERE service_id = t.service_id AND id = t.id OFFSET 0
) n
WHERE n.status = 1
