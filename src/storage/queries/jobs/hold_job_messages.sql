-- Puts aside what is queued of a job that is paused, slowed or cancelled: at most $4 that are ready, and as many that are tried later. $1 service, $2 job, $3 channel.
-- Its row is locked, so that nobody lets go at the same time. What may have left already stays: that doubt is settled as any other.
WITH job AS (
    SELECT service_id, id FROM jobs
    WHERE service_id = $1::uuid AND id = $2::uuid AND sweeping AND (paused_at IS NOT NULL OR status = 'cancelled' OR rows_per_second IS NOT NULL)
    FOR SHARE
),
ranges AS MATERIALIZED (
    SELECT DISTINCT uuid_v7_floor(s.started_at) AS low, uuid_v7_floor(s.started_at + interval '1 millisecond') AS high
    FROM job j JOIN job_segments s ON s.service_id = j.service_id AND s.job_id = j.id
),
ready AS (
    SELECT q.place
    FROM ranges r
    CROSS JOIN unnest(ARRAY[3, 4]::int2[]) AS l (lane)
    CROSS JOIN LATERAL (
        SELECT m.ctid AS place FROM queue_ready m
        WHERE m.lane = l.lane AND m.service_id = $1::uuid AND m.channel = $3::int2 AND m.notification_id >= r.low AND m.notification_id < r.high
          AND NOT m.uncertain
          AND (SELECT n.job_id FROM notifications n WHERE n.service_id = $1::uuid AND n.id = m.notification_id) = $2::uuid
        ORDER BY m.notification_id LIMIT $4::int4
        FOR UPDATE SKIP LOCKED
    ) q
    LIMIT $4::int4
),
taken AS (
    DELETE FROM queue_ready WHERE ctid = ANY (ARRAY(SELECT place FROM ready))
    RETURNING service_id, notification_id, lane, channel, attempt
),
later AS (
    SELECT q.place
    FROM ranges r
    CROSS JOIN LATERAL (
        SELECT m.ctid AS place FROM queue_retries m
        WHERE m.service_id = $1::uuid AND m.notification_id >= r.low AND m.notification_id < r.high AND NOT m.uncertain
          AND (SELECT n.job_id FROM notifications n WHERE n.service_id = $1::uuid AND n.id = m.notification_id) = $2::uuid
        LIMIT $4::int4
        FOR UPDATE SKIP LOCKED
    ) q
    LIMIT $4::int4
),
taken_later AS (
    DELETE FROM queue_retries WHERE ctid = ANY (ARRAY(SELECT place FROM later))
    RETURNING service_id, notification_id, lane, channel, attempt
),
held AS (
    INSERT INTO queue_held (service_id, job_id, notification_id, lane, channel, attempt)
    SELECT service_id, $2::uuid, notification_id, lane, channel, attempt FROM taken
    UNION ALL
    SELECT service_id, $2::uuid, notification_id, lane, channel, attempt FROM taken_later
    RETURNING 1
)
SELECT count(*) AS held FROM held
