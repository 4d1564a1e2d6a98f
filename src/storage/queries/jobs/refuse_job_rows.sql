-- $1 service, $2 job, $3 rows, $4 why, a sentence each.
INSERT INTO job_refused_rows (service_id, job_id, row_number, reason)
SELECT $1::uuid, $2::uuid, row_number, reason FROM unnest($3::int4[], $4::text[]) AS t (row_number, reason)
ON CONFLICT (service_id, job_id, row_number) DO UPDATE SET reason = EXCLUDED.reason
