-- The end of a claimed job. $1 service, $2 id, $3 fence, $4 status, $5 reason, $6 now. What it had reserved of the daily limit and not used is given
-- back. What is queued of a cancelled one does not leave.
WITH old AS (
    SELECT service_id, id, reserved, reserved_on FROM jobs
    WHERE service_id = $1::uuid AND id = $2::uuid AND fence = $3::int8 AND holder IS NOT NULL AND paused_at IS NULL
      AND status IN ('pending', 'scheduled', 'in progress')
    FOR UPDATE
),
ended AS (
    UPDATE jobs j
    SET status = $4::text, reason = $5::text, processing_started = coalesce(j.processing_started, $6::timestamptz), processing_finished = $6::timestamptz,
        updated_at = $6::timestamptz, reserved = 0, claim_at = NULL, holder = NULL, sweeping = sweeping OR $4::text = 'cancelled',
        tend_at = CASE WHEN $4::text = 'cancelled' THEN now() ELSE tend_at END
    FROM old o WHERE j.service_id = o.service_id AND j.id = o.id
    RETURNING j.service_id, j.id, j.status, o.reserved, o.reserved_on
),
held AS (
    INSERT INTO job_holds (service_id, job_id) SELECT service_id, id FROM ended WHERE status = 'cancelled' ON CONFLICT DO NOTHING
),
given_back AS (
    UPDATE daily_usage u SET count = greatest(u.count - e.reserved, 0)
    FROM ended e WHERE u.service_id = e.service_id AND u.day = e.reserved_on AND e.reserved > 0
)
SELECT count(*) AS changed FROM ended
