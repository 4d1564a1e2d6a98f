-- $1 service, $2 job, $3 generation.
SELECT count(*)::int4 AS rows FROM job_retry_rows WHERE service_id = $1::uuid AND job_id = $2::uuid AND generation = $3::int2
