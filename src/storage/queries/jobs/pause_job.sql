-- $1 service, $2 id, $3 now. Whoever has it loses it: no batch begins behind this, and no claim lets its messages go.
WITH paused AS (
    UPDATE jobs SET paused_at = $3::timestamptz, updated_at = $3::timestamptz, claim_at = NULL, holder = NULL, sweeping = true, tend_at = now()
    WHERE service_id = $1::uuid AND id = $2::uuid AND paused_at IS NULL AND status IN ('pending', 'scheduled', 'in progress', 'finished', 'error')
    RETURNING service_id, id
),
held AS (
    INSERT INTO job_holds (service_id, job_id) SELECT service_id, id FROM paused ON CONFLICT DO NOTHING
)
SELECT count(*) AS changed FROM paused
