-- A round is over. $1 service, $2 id, $3 tend_at as it was set for the round: whoever has changed it since wants another round at once. $4 seconds
-- until the next one, or null for none. $5 the first look for what is queued is done.
UPDATE jobs
SET tend_at = CASE WHEN $4::float8 IS NULL THEN NULL ELSE now() + make_interval(secs => $4::float8) END, sweeping = sweeping AND NOT $5::bool
WHERE service_id = $1::uuid AND id = $2::uuid AND tend_at = $3::timestamptz
