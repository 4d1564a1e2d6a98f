-- The settings that somebody made for a service, and how far they have come. $1 service.
SELECT r.id, r.channel, r.days, r.created_at, r.updated_at, r.changed_at, r.moved, r.forgotten, r.applied_at
FROM service_retention r WHERE r.service_id = $1::uuid ORDER BY r.channel
