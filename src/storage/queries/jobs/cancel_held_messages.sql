-- Ends what was put aside of a cancelled job: at most $3. $1 service, $2 job, $4 now. Nobody is called back, as in the family.
WITH job AS (
    SELECT service_id, id FROM jobs WHERE service_id = $1::uuid AND id = $2::uuid AND status = 'cancelled' FOR SHARE
),
taken AS (
    DELETE FROM queue_held WHERE ctid = ANY (ARRAY(
        SELECT h.ctid FROM job j JOIN queue_held h ON h.service_id = j.service_id AND h.job_id = j.id
        ORDER BY h.notification_id LIMIT $3::int4
        FOR UPDATE OF h SKIP LOCKED
    ))
    RETURNING service_id, notification_id, attempt
),
old AS (
    SELECT t.attempt, n.service_id, n.id, n.billable_units, n.local_date, n.template_id, n.channel, n.key_type
    FROM taken t JOIN notifications n ON n.service_id = t.service_id AND n.id = t.notification_id
    WHERE n.status = 1
    ORDER BY n.service_id, n.id
    FOR UPDATE OF n
),
changed AS (
    UPDATE notifications n SET status = 10, billable_units = 0, updated_at = $4::timestamptz
    FROM old o WHERE n.service_id = o.service_id AND n.id = o.id
    RETURNING n.service_id, n.id, o.billable_units AS old_units, o.local_date, o.template_id, o.channel, o.key_type
),
noted AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind, status)
    SELECT $4::timestamptz, service_id, id, 13, 10 FROM changed
),
counted AS (
    INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, status, notifications, billable_units, job_id)
    SELECT local_date, service_id, template_id, channel, key_type, 1, -count(*), -sum(old_units), $2::uuid FROM changed
    GROUP BY local_date, service_id, template_id, channel, key_type
    UNION ALL
    SELECT local_date, service_id, template_id, channel, key_type, 10, count(*), 0, $2::uuid FROM changed
    GROUP BY local_date, service_id, template_id, channel, key_type
)
SELECT count(*) AS ended FROM taken
