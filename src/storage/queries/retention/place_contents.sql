-- Puts contents of one day where they go on another, and forgets those whose day has passed. $1 the day under which they are, $2 services, $3 ids,
-- $4 days on which they go, $5 today. Deleted and inserted, because an update that moves a row to another partition fails everybody who waits for it.
WITH gone AS (
    DELETE FROM notification_contents c
    USING unnest($2::uuid[], $3::uuid[], $4::date[]) AS i (service_id, id, becomes)
    WHERE c.purge_on = $1::date AND c.service_id = i.service_id AND c.notification_id = i.id
    RETURNING c.service_id, c.notification_id, c.sealed, i.becomes
)
INSERT INTO notification_contents (purge_on, service_id, notification_id, sealed)
SELECT becomes, service_id, notification_id, sealed FROM gone WHERE becomes > $5::date
