-- $1 service, $2 id, $3 now, $4 only what is scheduled for later. What it had reserved of the daily limit and not used is given back.
WITH old AS (
    SELECT service_id, id, reserved, reserved_on FROM jobs
    WHERE service_id = $1::uuid AND id = $2::uuid AND status IN ('pending', 'scheduled', 'in progress', 'finished', 'error')
      AND (NOT $4::bool OR (status = 'scheduled' AND scheduled_for > $3::timestamptz))
    FOR UPDATE
),
cancelled AS (
    UPDATE jobs j
    SET status = 'cancelled', reason = 'Cancelled', updated_at = $3::timestamptz, paused_at = NULL, reserved = 0,
        processing_finished = CASE WHEN j.processing_started IS NULL THEN NULL ELSE coalesce(j.processing_finished, $3::timestamptz) END,
        claim_at = NULL, holder = NULL, sweeping = true, tend_at = now()
    FROM old o WHERE j.service_id = o.service_id AND j.id = o.id
    RETURNING j.service_id, j.id, o.reserved, o.reserved_on
),
held AS (
    INSERT INTO job_holds (service_id, job_id) SELECT service_id, id FROM cancelled ON CONFLICT DO NOTHING
),
given_back AS (
    UPDATE daily_usage u SET count = greatest(u.count - c.reserved, 0)
    FROM cancelled c WHERE u.service_id = c.service_id AND u.day = c.reserved_on AND c.reserved > 0
)
SELECT count(*) AS changed FROM cancelled
