-- The next rows that are to be sent again. $1 service, $2 job, $3 generation, $4 from this row on, $5 the most.
SELECT row_number FROM job_retry_rows
WHERE service_id = $1::uuid AND job_id = $2::uuid AND generation = $3::int2 AND row_number >= $4::int4
ORDER BY row_number LIMIT $5::int4
