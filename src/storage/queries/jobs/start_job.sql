-- Begins a claimed job: takes all of its rows from the daily limit, or none of them. $1 service, $2 id, $3 fence, $4 rows, $5 the service's limit,
-- $6 now, $7 the UTC day. Gives the status it has now; nothing when it is somebody else's by now.
WITH mine AS (
    SELECT service_id, id FROM jobs
    WHERE service_id = $1::uuid AND id = $2::uuid AND fence = $3::int8 AND holder IS NOT NULL AND status IN ('pending', 'scheduled')
    FOR UPDATE
),
granted AS (
    INSERT INTO daily_usage AS u (service_id, day, count, granted, message_limit)
    SELECT service_id, $7::date, $4::int8, $4::int8, $5::int8 FROM mine WHERE $4::int8 = 0 OR $4::int8 <= $5::int8
    ON CONFLICT (service_id, day) DO UPDATE
        SET count = u.count + EXCLUDED.count, granted = EXCLUDED.count, message_limit = EXCLUDED.message_limit
        WHERE EXCLUDED.count = 0 OR u.count + EXCLUDED.count <= EXCLUDED.message_limit
    RETURNING service_id
)
UPDATE jobs j
SET status = CASE WHEN g.service_id IS NULL THEN 'sending limits exceeded' ELSE 'in progress' END,
    reason = CASE WHEN g.service_id IS NULL THEN 'The job has more rows than the service may still send today' ELSE '' END,
    processing_started = coalesce(j.processing_started, $6::timestamptz),
    processing_finished = CASE WHEN g.service_id IS NULL THEN $6::timestamptz END,
    updated_at = $6::timestamptz,
    reserved = CASE WHEN g.service_id IS NULL THEN 0 ELSE $4::int4 END,
    reserved_on = $7::date,
    claim_at = CASE WHEN g.service_id IS NULL THEN NULL ELSE j.claim_at END,
    holder = CASE WHEN g.service_id IS NULL THEN NULL ELSE j.holder END
FROM mine m LEFT JOIN granted g ON g.service_id = m.service_id
WHERE j.service_id = m.service_id AND j.id = m.id
RETURNING j.status
