-- One numbered page of v1, newest first. $1 service, $2 key type, $3 ids from this one, $4 statuses or null, $5 channels or null,
-- $6 with messages of jobs, $7 today, $8 how many to skip, $9 how many to give.
SELECT n.id, n.template_id, n.template_version, n.key_type, n.channel, n.status, n.billable_units, n.international, n.created_at, n.sent_at,
       n.updated_at, n.client_reference, n.provider_response, n.provider_reference, n.sent_by, n.job_id, n.job_row_number, n.api_key_id,
       u.name AS created_by_name, c.sealed
FROM (
    -- The rows to skip are found without their contents.
    SELECT * FROM notifications
    WHERE service_id = $1::uuid AND key_type = $2::int2
      AND id >= $3::uuid
      AND ($4::int2[] IS NULL OR status = ANY ($4::int2[]))
      AND ($5::int2[] IS NULL OR channel = ANY ($5::int2[]))
      AND ($6::bool OR job_id IS NULL)
      AND purge_on > $7::date
    ORDER BY id DESC
    OFFSET $8::int8 LIMIT $9::int4
) n
JOIN notification_contents c ON c.purge_on = n.purge_on AND c.service_id = n.service_id AND c.notification_id = n.id
LEFT JOIN users u ON u.id = n.created_by_id
ORDER BY n.id DESC
