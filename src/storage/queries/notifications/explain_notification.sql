-- One message of whichever service, and where it is: for the operator's `herald notification explain`. $1 id.
-- The keys begin with the service, so each service's is probed; OFFSET 0 keeps the planner from scanning the partition instead.
SELECT n.service_id, s.name AS service_name, n.template_id, n.template_version, t.name AS template_name, k.name AS api_key_name,
       n.key_type, n.channel, n.status, n.billable_units, n.international, n.created_at, n.sent_at, n.updated_at, n.purge_on, n.sent_by,
       n.client_reference, n.provider_reference, n.provider_response,
       ready.lane AS ready_lane, coalesce(ready.attempt, lease.attempt, retry.attempt) AS attempt, lease.lease_until, retry.run_at AS retry_at,
       awaited.look_up_at, owed.run_at AS callback_at, owed.attempt AS callback_attempt
FROM services s
CROSS JOIN LATERAL (SELECT * FROM notifications m WHERE m.service_id = s.id AND m.id = $1::uuid OFFSET 0) n
LEFT JOIN template_versions t ON t.service_id = n.service_id AND t.id = n.template_id AND t.version = n.template_version
LEFT JOIN api_keys k ON k.id = n.api_key_id
LEFT JOIN LATERAL (
    SELECT r.lane, r.attempt
    FROM unnest('{1,2,3,4}'::int2[]) lanes (lane)
    JOIN queue_ready r ON r.lane = lanes.lane AND r.service_id = n.service_id AND r.channel = n.channel AND r.notification_id = n.id
    LIMIT 1
) ready ON true
LEFT JOIN queue_leases lease ON lease.service_id = n.service_id AND lease.notification_id = n.id
LEFT JOIN queue_retries retry ON retry.service_id = n.service_id AND retry.notification_id = n.id
LEFT JOIN awaiting_receipts awaited ON awaited.provider = n.sent_by AND awaited.reference = n.provider_reference
LEFT JOIN callback_tasks owed ON owed.service_id = n.service_id AND owed.callback_type = 'delivery_status' AND owed.subject_id = n.id
LIMIT 1
