-- $1 service, $2 id, $3 fence, $4 seconds of the lease. Nothing: somebody else has it, or it is to stop.
UPDATE jobs SET claim_at = now() + make_interval(secs => $4::float8)
WHERE service_id = $1::uuid AND id = $2::uuid AND fence = $3::int8 AND holder IS NOT NULL AND paused_at IS NULL
RETURNING id
