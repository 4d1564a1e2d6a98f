-- Claims up to $1 jobs that are due, for the holder $2 and for $3 seconds. Services take turns: who has the fewest jobs at work comes first, then
-- who has waited longest. The walk takes one probe a service, however many jobs of it wait.
WITH RECURSIVE walk (service_id) AS (
    (SELECT service_id FROM jobs WHERE claim_at <= now() ORDER BY service_id LIMIT 1)
    UNION ALL
    SELECT (SELECT j.service_id FROM jobs j WHERE j.claim_at <= now() AND j.service_id > w.service_id ORDER BY j.service_id LIMIT 1)
    FROM walk w WHERE w.service_id IS NOT NULL
),
waiting AS (
    SELECT w.service_id,
           (SELECT count(*) FROM jobs r WHERE r.service_id = w.service_id AND r.claim_at > now() AND r.holder IS NOT NULL) AS at_work
    FROM walk w WHERE w.service_id IS NOT NULL
),
picked AS (
    SELECT j.service_id, j.id
    FROM waiting w
    CROSS JOIN LATERAL (
        SELECT service_id, id, claim_at FROM jobs
        WHERE service_id = w.service_id AND claim_at <= now()
        ORDER BY claim_at LIMIT $1::int4
        FOR UPDATE SKIP LOCKED
    ) j
    ORDER BY w.at_work + row_number() OVER (PARTITION BY j.service_id ORDER BY j.claim_at), j.claim_at
    LIMIT $1::int4
),
claimed AS (
    UPDATE jobs j SET claim_at = now() + make_interval(secs => $3::float8), holder = $2::uuid, fence = nextval('job_fence')
    FROM picked p WHERE j.service_id = p.service_id AND j.id = p.id
    RETURNING j.*
)
SELECT c.*, (SELECT coalesce(max(s.number), 0) + 1 FROM job_segments s WHERE s.service_id = c.service_id AND s.job_id = c.id) AS next_segment
FROM claimed c
