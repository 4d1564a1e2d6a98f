-- The last run of each task.
SELECT task, since, started_at, ended_at, outcome, count, detail, succeeded_at FROM scheduled_tasks ORDER BY task
