-- One page, newest first, by keyset on the id. $1 service, $2 key type, $3 ids before this one or null (one that the service does not have: nothing), $4 reference or null, $5 statuses or null,
-- $6 channels or null, $7 with messages of jobs, $8 today, $9 page size, $10 ids from this one: facts are kept, so without a bound the last page would
-- read the whole history. What is retained: see get_notification. $11 bytes of contents: the page ends with the row that reaches them. Their length is known without reading them.
SELECT id, template_id, template_version, key_type, channel, status, billable_units, international, created_at, sent_at,
       updated_at, client_reference, provider_response, provider_reference, sent_by, job_id, job_row_number, api_key_id, scheduled_for,
       created_by_name, sealed
FROM (
    SELECT page.*, sum(octet_length(sealed)) OVER (ORDER BY id DESC) - octet_length(sealed) AS bytes_before
    FROM (
        SELECT n.id, n.template_id, n.template_version, n.key_type, n.channel, n.status, n.billable_units, n.international, n.created_at, n.sent_at,
               n.updated_at, n.client_reference, n.provider_response, n.provider_reference, n.sent_by, n.job_id, n.job_row_number, n.api_key_id, n.scheduled_for,
               u.name AS created_by_name, c.sealed
        FROM notifications n
        JOIN notification_contents c ON c.purge_on = n.purge_on AND c.service_id = n.service_id AND c.notification_id = n.id
        LEFT JOIN users u ON u.id = n.created_by_id
        WHERE n.service_id = $1::uuid AND n.key_type = $2::int2
          AND n.id >= $10::uuid AND ($3::uuid IS NULL OR n.id < $3::uuid)
          AND ($3::uuid IS NULL OR EXISTS (SELECT FROM notifications m WHERE m.service_id = $1::uuid AND m.id = $3::uuid))
          AND ($4::text IS NULL OR (n.client_reference_hash = md5($4::text)::uuid AND n.client_reference = $4::text))
          AND ($5::int2[] IS NULL OR n.status = ANY ($5::int2[]))
          AND ($6::int2[] IS NULL OR n.channel = ANY ($6::int2[]))
          AND ($7::bool OR n.job_id IS NULL)
          AND (n.status IN (1, 2, 3) OR (n.purge_on > $8::date AND n.local_date >= $8::date
               - (SELECT ARRAY[s.retention_days_email, s.retention_days_sms] FROM services s WHERE s.id = $1::uuid)[n.channel]))
        ORDER BY n.id DESC
        LIMIT $9::int4
    ) page
) measured
WHERE bytes_before < $11::int8
ORDER BY id DESC
