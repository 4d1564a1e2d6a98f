-- A message as a provider echoes it. $1 service, or null when its id alone was told: then each service's key is probed (see explain_notification).
-- $2 id.
SELECT n.service_id, n.id
FROM (
    SELECT $1::uuid AS id WHERE $1::uuid IS NOT NULL
    UNION ALL
    SELECT id FROM services WHERE $1::uuid IS NULL
) s
CROSS JOIN LATERAL (SELECT service_id, id FROM notifications m WHERE m.service_id = s.id AND m.id = $2::uuid OFFSET 0) n
LIMIT 1
