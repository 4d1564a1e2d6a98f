-- One numbered page of v1, newest first. $1 service, $2 key type, $3 ids from this one, $4 statuses or null, $5 channels or null,
-- $6 with messages of jobs, $7 today, $8 how many to skip, $9 how many to give, $10 bytes of contents: beyond them only page_bytes is told, because a
-- numbered page cannot be cut short without losing rows between it and the next. Their length is known without reading them. What is retained: see
-- get_notification.
SELECT id, template_id, template_version, key_type, channel, status, billable_units, international, created_at, sent_at,
       updated_at, client_reference, provider_response, provider_reference, sent_by, job_id, job_row_number, api_key_id, scheduled_for,
       created_by_name, CASE WHEN page_bytes <= $10::int8 THEN sealed ELSE '' END AS sealed, page_bytes
FROM (
    SELECT n.*, u.name AS created_by_name, c.sealed, sum(octet_length(c.sealed)) OVER () AS page_bytes
    FROM (
        -- The rows to skip are found without their contents.
        SELECT * FROM notifications
        WHERE service_id = $1::uuid AND key_type = $2::int2
          AND id >= $3::uuid
          AND ($4::int2[] IS NULL OR status = ANY ($4::int2[]))
          AND ($5::int2[] IS NULL OR channel = ANY ($5::int2[]))
          AND ($6::bool OR job_id IS NULL)
          AND (status IN (1, 2, 3) OR (purge_on > $7::date AND local_date >= $7::date
               - (SELECT ARRAY[s.retention_days_email, s.retention_days_sms] FROM services s WHERE s.id = $1::uuid)[channel]))
        ORDER BY id DESC
        OFFSET $8::int8 LIMIT $9::int4
    ) n
    JOIN notification_contents c ON c.purge_on = n.purge_on AND c.service_id = n.service_id AND c.notification_id = n.id
    LEFT JOIN users u ON u.id = n.created_by_id
) page
ORDER BY id DESC
