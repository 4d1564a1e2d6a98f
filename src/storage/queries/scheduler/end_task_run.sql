-- The run $1 of the task $2 has ended at $3: $4 outcome, $5 count, $6 detail; $7 the day since which the task is known, if it is not. Nothing,
-- when another process has given the run up meanwhile.
WITH ended AS (
    UPDATE task_runs SET ended_at = $3::timestamptz, outcome = $4::text, count = $5::int8, detail = $6::text
    WHERE id = $1::uuid AND outcome = 'running'
    RETURNING task, started_at, ended_at, outcome, count, detail
)
INSERT INTO scheduled_tasks AS s (task, since, started_at, ended_at, outcome, count, detail, succeeded_at)
SELECT task, $7::date, started_at, ended_at, outcome, count, detail, CASE outcome WHEN 'succeeded' THEN ended_at END FROM ended
WHERE task = $2::text
ON CONFLICT (task) DO UPDATE SET started_at = excluded.started_at, ended_at = excluded.ended_at, outcome = excluded.outcome,
    count = excluded.count, detail = excluded.detail, succeeded_at = coalesce(excluded.succeeded_at, s.succeeded_at)
RETURNING task
