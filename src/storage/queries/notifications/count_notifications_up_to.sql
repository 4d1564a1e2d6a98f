-- How many there are, but never more than $8: what it costs is bounded. The other parameters as in list_notifications_by_page.
SELECT count(*) AS total
FROM (
    SELECT FROM notifications
    WHERE service_id = $1::uuid AND key_type = $2::int2
      AND ($3::uuid IS NULL OR id >= $3::uuid)
      AND ($4::int2[] IS NULL OR status = ANY ($4::int2[]))
      AND ($5::int2[] IS NULL OR channel = ANY ($5::int2[]))
      AND ($6::bool OR job_id IS NULL)
      AND purge_on > $7::date
    LIMIT $8::int8
) n
