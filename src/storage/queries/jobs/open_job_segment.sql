-- $1 service, $2 job, $3 number, $4 generation, $5 since when, $6 its first row.
INSERT INTO job_segments (service_id, job_id, number, generation, started_at, first_row)
VALUES ($1::uuid, $2::uuid, $3::int4, $4::int2, $5::timestamptz, $6::int4)
