-- A page of a job's messages, in the order of their rows. $1 service, $2 job, $3 statuses or null, $4 today, $5 rows to pass over, $6 the most.
-- Each segment gives no more than the page can show, in the order of the key.
SELECT n.id, n.template_id, n.template_version, n.key_type, n.channel, n.status, n.billable_units, n.international, n.created_at, n.sent_at,
       n.updated_at, n.client_reference, n.provider_response, n.provider_reference, n.sent_by, n.job_id, n.job_row_number, n.api_key_id, n.scheduled_for,
       u.name AS created_by_name, c.sealed
FROM (
    SELECT m.*
    FROM (SELECT DISTINCT started_at FROM job_segments WHERE service_id = $1::uuid AND job_id = $2::uuid) s
    CROSS JOIN LATERAL (
        SELECT * FROM notifications
        WHERE service_id = $1::uuid AND id >= uuid_v7_floor(s.started_at) AND id < uuid_v7_floor(s.started_at + interval '1 millisecond')
          AND job_id = $2::uuid
          AND (status IN (1, 2, 3) OR (purge_on > $4::date AND local_date >= $4::date
               - (SELECT ARRAY[v.retention_days_email, v.retention_days_sms] FROM services v WHERE v.id = $1::uuid)[channel]))
          AND ($3::int2[] IS NULL OR status = ANY ($3::int2[]))
        ORDER BY id
        LIMIT $5::int8 + $6::int4
    ) m
    ORDER BY m.id
    OFFSET $5::int8 LIMIT $6::int4
) n
LEFT JOIN notification_contents c ON c.purge_on = n.purge_on AND c.service_id = n.service_id AND c.notification_id = n.id
LEFT JOIN users u ON u.id = n.created_by_id
ORDER BY n.id
