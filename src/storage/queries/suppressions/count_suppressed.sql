-- How many of these recipients a service does not write to; one that is named twice counts twice. $1 service, $2 channel, $3 hashes.
SELECT count(*) AS count
FROM unnest($3::bytea[]) AS t (hash)
CROSS JOIN LATERAL (
    SELECT FROM suppressions s
    WHERE s.service_id = $1::uuid AND s.channel = $2::int2 AND s.recipient_hash = t.hash AND s.lifted_at IS NULL
    LIMIT 1
) q
