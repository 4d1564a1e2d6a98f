-- $1 service, $2 id, $3 now.
WITH resumed AS (
    UPDATE jobs
    SET paused_at = NULL, updated_at = $3::timestamptz, sweeping = false, tend_at = now(),
        claim_at = CASE WHEN status IN ('pending', 'in progress') THEN now() WHEN status = 'scheduled' THEN scheduled_for END
    WHERE service_id = $1::uuid AND id = $2::uuid AND paused_at IS NOT NULL AND status <> 'cancelled'
    RETURNING service_id, id
),
let_go AS (
    DELETE FROM job_holds h USING resumed r WHERE h.service_id = r.service_id AND h.job_id = r.id
)
SELECT count(*) AS changed FROM resumed
