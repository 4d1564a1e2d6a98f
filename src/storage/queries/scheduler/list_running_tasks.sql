-- Who runs which task, since when.
SELECT id, task, for_date, as_of, started_at, ended_at, outcome, count, detail, holder FROM task_runs WHERE outcome = 'running' ORDER BY task
