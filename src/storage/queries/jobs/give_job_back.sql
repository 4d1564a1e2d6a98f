-- To the end of the line. $1 service, $2 id, $3 fence, $4 only if others wait. Nothing when the job stays.
UPDATE jobs SET claim_at = now(), holder = NULL
WHERE service_id = $1::uuid AND id = $2::uuid AND fence = $3::int8 AND holder IS NOT NULL
  AND (NOT $4::bool OR EXISTS (SELECT FROM jobs o WHERE o.claim_at <= now()))
RETURNING id
