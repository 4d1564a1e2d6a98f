-- Their files are gone. $1 services, $2 ids, $3 now.
UPDATE jobs j SET archived_at = $3::timestamptz
FROM unnest($1::uuid[], $2::uuid[]) AS i (service_id, id)
WHERE j.service_id = i.service_id AND j.id = i.id AND j.archived_at IS NULL
