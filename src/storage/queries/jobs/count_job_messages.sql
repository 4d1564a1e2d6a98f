-- How many messages of jobs have which status, by the ledger. $1 service, $2 jobs.
SELECT l.job_id, l.status, sum(l.notifications)::int8 AS count
FROM unnest($2::uuid[]) AS j (id)
CROSS JOIN LATERAL (
    SELECT job_id, status, notifications FROM ledger
    WHERE service_id = $1::uuid AND job_id = j.id AND job_id <> '00000000-0000-0000-0000-000000000000'
    UNION ALL
    SELECT job_id, status, notifications FROM ledger_deltas
    WHERE service_id = $1::uuid AND job_id = j.id AND job_id <> '00000000-0000-0000-0000-000000000000'
) l
GROUP BY l.job_id, l.status
HAVING sum(l.notifications) <> 0
ORDER BY l.job_id, l.status
