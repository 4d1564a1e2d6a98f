-- A batch of rows is done: compare and set, in the transaction that writes its messages. $1 service, $2 id, $3 fence, $4 the row that was next,
-- $5 the one that is next now, $6 messages, $7 refused rows, $8 seconds of the lease, $9 now. Nothing when somebody else has the job, or it is paused
-- or cancelled. The lease is renewed when half of it is over, so that most batches leave the index alone.
UPDATE jobs
SET next_row = $5::int4, rows_written = rows_written + $6::int4, rows_refused = rows_refused + $7::int4, reserved = greatest(reserved - $6::int4, 0),
    rows_retried = rows_retried + CASE WHEN generation > 1 THEN $6::int4 ELSE 0 END, updated_at = $9::timestamptz,
    claim_at = CASE WHEN claim_at < now() + make_interval(secs => $8::float8 / 2) THEN now() + make_interval(secs => $8::float8) ELSE claim_at END,
    -- What is created aside has to be let go.
    tend_at = CASE WHEN rows_per_second IS NULL THEN tend_at ELSE least(tend_at, now() + interval '1 second') END
WHERE service_id = $1::uuid AND id = $2::uuid AND fence = $3::int8 AND holder IS NOT NULL AND next_row = $4::int4 AND status = 'in progress'
  AND paused_at IS NULL
RETURNING rows_per_second IS NOT NULL AS is_slowed
