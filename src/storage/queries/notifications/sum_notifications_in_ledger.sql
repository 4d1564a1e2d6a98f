-- How many the ledger knows of. $1 service, $2 key type, $3 statuses or null, $4 channels or null, $5 first day of emails, $6 first day of texts.
SELECT coalesce(sum(notifications), 0)::int8 AS total
FROM (
    SELECT local_date, channel, key_type, status, notifications FROM ledger
    WHERE service_id = $1::uuid AND local_date >= least($5::date, $6::date)
    UNION ALL
    SELECT local_date, channel, key_type, status, notifications FROM ledger_deltas
    WHERE service_id = $1::uuid AND local_date >= least($5::date, $6::date)
) l
WHERE l.key_type = $2::int2
  AND ($3::int2[] IS NULL OR l.status = ANY ($3::int2[]))
  AND ($4::int2[] IS NULL OR l.channel = ANY ($4::int2[]))
  AND l.local_date >= CASE l.channel WHEN 1 THEN $5::date ELSE $6::date END
