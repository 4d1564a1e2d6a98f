-- Lets go what was put aside of a job that may send: at most $3; of a slowed one as many as its rate has made due since the last time. $1 service,
-- $2 job. Gives how many, and whether there are more.
WITH job AS (
    SELECT service_id, id, rows_per_second, coalesce(released_at, now()) AS released_at FROM jobs
    WHERE service_id = $1::uuid AND id = $2::uuid AND paused_at IS NULL AND status <> 'cancelled' AND NOT sweeping
    FOR UPDATE
),
-- After a pause of its own a slowed job does not catch up.
due AS MATERIALIZED (
    SELECT least($3::int4, CASE WHEN rows_per_second IS NULL THEN $3::int4
                                ELSE floor(least(extract(epoch FROM now() - released_at), 2) * rows_per_second)::int4 END) AS rows
    FROM job
),
taken AS (
    DELETE FROM queue_held WHERE ctid = ANY (ARRAY(
        SELECT h.ctid FROM queue_held h
        WHERE h.service_id = $1::uuid AND h.job_id = $2::uuid
        ORDER BY h.notification_id LIMIT coalesce((SELECT rows FROM due), 0)
        FOR UPDATE SKIP LOCKED
    ))
    RETURNING service_id, notification_id, lane, channel, attempt
),
moved AS (
    INSERT INTO queue_retries (run_at, service_id, notification_id, lane, channel, attempt, uncertain)
    SELECT now(), service_id, notification_id, lane, channel, attempt, false FROM taken
),
noted AS (
    UPDATE jobs j SET released_at = CASE WHEN d.rows > 0 THEN now() - make_interval(secs => (
        least(extract(epoch FROM now() - o.released_at), 2) - d.rows / o.rows_per_second::numeric)::float8) ELSE o.released_at END
    FROM job o, due d
    WHERE j.service_id = o.service_id AND j.id = o.id AND o.rows_per_second IS NOT NULL
)
SELECT (SELECT count(*) FROM taken) AS released,
       EXISTS (SELECT FROM queue_held h WHERE h.service_id = $1::uuid AND h.job_id = $2::uuid
               ORDER BY h.notification_id OFFSET (SELECT count(*) FROM taken)) AS has_more
