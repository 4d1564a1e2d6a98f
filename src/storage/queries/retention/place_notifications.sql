-- When contents go, said by their messages, which are locked. $1 services, $2 ids, $3 days on which they go.
UPDATE notifications n SET purge_on = i.becomes
FROM unnest($1::uuid[], $2::uuid[], $3::date[]) AS i (service_id, id, becomes)
WHERE n.service_id = i.service_id AND n.id = i.id
