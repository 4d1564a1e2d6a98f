-- The messages of a service whose contents a changed retention puts elsewhere, locked. $1 service, $2 channel, $3 days, $4 ids behind this one, $5 ids
-- before this one, $6 today, $7 the most to look at. `looked_at` and `last_id` are in every row, and there is one row at least.
-- What was to go by today is left to drop_purged_contents. A message that is under way stays for another day at least.
WITH looked AS MATERIALIZED (
    SELECT id FROM notifications
    WHERE service_id = $1::uuid AND id > $4::uuid AND id < $5::uuid
    ORDER BY id LIMIT $7::int4
)
SELECT t.looked_at, t.last_id, n.id, n.purge_on, n.becomes
FROM (SELECT count(*) AS looked_at, max(id::text)::uuid AS last_id FROM looked) t
LEFT JOIN (
    SELECT m.id, m.purge_on, m.becomes
    FROM looked l
    CROSS JOIN LATERAL (
        SELECT id, purge_on,
               CASE WHEN status IN (1, 2, 3) THEN greatest(local_date + $3::int4 + 1, $6::date + 1) ELSE local_date + $3::int4 + 1 END AS becomes
        FROM notifications
        WHERE service_id = $1::uuid AND id = l.id AND channel = $2::int2 AND purge_on > $6::date
          AND purge_on <> CASE WHEN status IN (1, 2, 3) THEN greatest(local_date + $3::int4 + 1, $6::date + 1) ELSE local_date + $3::int4 + 1 END
        FOR UPDATE
    ) m
) n ON true
ORDER BY n.id
