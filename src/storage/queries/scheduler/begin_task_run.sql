-- A run begins: $1 id, $2 task, $3 the day that it settles or null, $4 as of, $5 started, $6 holder. No row when the day is settled already,
-- unless $7 (again).
INSERT INTO task_runs (id, task, for_date, as_of, started_at, outcome, holder)
SELECT $1::uuid, $2::text, $3::date, $4::timestamptz, $5::timestamptz, 'running', $6::text
WHERE $7::bool OR NOT EXISTS (SELECT FROM task_runs WHERE outcome = 'succeeded' AND task = $2::text AND for_date = $3::date)
RETURNING id
