-- Where messages came from, in words, for the developer's mailbox. $1 services, $2 ids, in pairs. Across services.
SELECT n.id, s.name AS service, t.name AS template_name, n.template_version
FROM unnest($1::uuid[], $2::uuid[]) AS wanted (service_id, id)
JOIN notifications n ON n.service_id = wanted.service_id AND n.id = wanted.id
JOIN services s ON s.id = n.service_id
JOIN template_versions t ON t.service_id = n.service_id AND t.id = n.template_id AND t.version = n.template_version
