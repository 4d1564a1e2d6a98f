-- Puts the rows whose newest message failed for good in line once more. $1 service, $2 id, $3 now. Whoever is suppressed is not tried again: it would
-- end in the same way. $4 'suppressed: %', as accept_notifications and the delivery say it.
-- Rows that the last retry had in line and did not come to (it was refused, or ended in an error) are in line again. A job whose first run ended in an
-- error is none of these: rows behind the error were never sent.
WITH job AS (
    SELECT service_id, id, generation, next_row FROM jobs
    WHERE service_id = $1::uuid AND id = $2::uuid AND (status IN ('finished', 'sending limits exceeded') OR (status = 'error' AND generation > 1))
      AND processing_started IS NOT NULL
      AND paused_at IS NULL AND archived_at IS NULL
    FOR UPDATE
),
failed AS (
    SELECT j.service_id, j.id, j.generation + 1 AS generation, n.job_row_number, n.id AS notification_id
    FROM job j
    CROSS JOIN (SELECT DISTINCT started_at FROM job_segments WHERE service_id = $1::uuid AND job_id = $2::uuid) s
    CROSS JOIN LATERAL (
        SELECT id, job_row_number FROM notifications
        WHERE service_id = $1::uuid AND id >= uuid_v7_floor(s.started_at) AND id < uuid_v7_floor(s.started_at + interval '1 millisecond')
          AND job_id = $2::uuid AND status IN (7, 8, 9) AND coalesce(provider_response NOT LIKE $4::text, true)
        OFFSET 0
    ) n
    WHERE NOT EXISTS (SELECT FROM job_retry_rows r
                      WHERE r.service_id = $1::uuid AND r.job_id = $2::uuid AND r.replaces_notification_id = n.id
                        AND NOT (r.generation = j.generation AND r.row_number >= j.next_row))
),
dropped AS (
    DELETE FROM job_retry_rows r USING job j
    WHERE r.service_id = $1::uuid AND r.job_id = $2::uuid AND r.generation = j.generation AND r.row_number >= j.next_row
      AND EXISTS (SELECT FROM failed)
),
noted AS (
    INSERT INTO job_retry_rows (service_id, job_id, generation, row_number, replaces_notification_id)
    SELECT service_id, id, generation, job_row_number, notification_id FROM failed
    RETURNING row_number
),
queued AS (
    UPDATE jobs j
    SET status = 'pending', reason = '', generation = j.generation + 1, next_row = 0, updated_at = $3::timestamptz, processing_finished = NULL,
        claim_at = now()
    FROM job o
    WHERE j.service_id = o.service_id AND j.id = o.id AND EXISTS (SELECT FROM noted)
)
SELECT count(*) AS rows FROM noted
