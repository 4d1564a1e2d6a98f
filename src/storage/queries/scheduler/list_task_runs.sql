-- The history, newest first, $1 at the most.
SELECT id, task, for_date, as_of, started_at, ended_at, outcome, count, detail, holder FROM task_runs ORDER BY id DESC LIMIT $1::int4
