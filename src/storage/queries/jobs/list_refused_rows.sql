-- The next bad rows of a job. $1 service, $2 job, $3 behind this row, $4 the most.
SELECT row_number, reason FROM job_refused_rows
WHERE service_id = $1::uuid AND job_id = $2::uuid AND row_number > $3::int4
ORDER BY row_number LIMIT $4::int4
