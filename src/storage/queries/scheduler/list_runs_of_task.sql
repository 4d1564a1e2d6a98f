-- The history of the task $1, newest first, $2 at the most.
SELECT id, task, for_date, as_of, started_at, ended_at, outcome, count, detail, holder FROM task_runs
WHERE task = $1::text ORDER BY id DESC LIMIT $2::int4
