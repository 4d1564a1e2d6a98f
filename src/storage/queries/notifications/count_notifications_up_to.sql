-- How many there are among the newest $8 rows of the service, and how many rows were looked at: what it costs is bounded whatever the
-- filter lets through. The other parameters as in list_notifications_by_page.
SELECT count(*) AS examined,
       count(*) FILTER (WHERE key_type = $2::int2
                          AND ($4::int2[] IS NULL OR status = ANY ($4::int2[]))
                          AND ($5::int2[] IS NULL OR channel = ANY ($5::int2[]))
                          AND ($6::bool OR job_id IS NULL)
                          AND (status IN (1, 2, 3) OR (purge_on > $7::date AND local_date >= $7::date
                                - (SELECT ARRAY[s.retention_days_email, s.retention_days_sms] FROM services s WHERE s.id = $1::uuid)[channel]))) AS total
FROM (
    SELECT key_type, status, channel, job_id, purge_on, local_date FROM notifications
    WHERE service_id = $1::uuid AND id >= $3::uuid
    ORDER BY id DESC
    LIMIT $8::int8
) n
