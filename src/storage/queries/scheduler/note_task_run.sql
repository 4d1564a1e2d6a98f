-- A run of a frequent task has ended: $1 id, $2 task, $3 as of, $4 started, $5 ended, $6 outcome, $7 count, $8 detail, $9 holder, $10 the day
-- since which the task is known, if it is not. In the history when its outcome is another than the last one's.
WITH known AS (
    SELECT outcome FROM scheduled_tasks WHERE task = $2::text
), run AS (
    INSERT INTO task_runs (id, task, as_of, started_at, ended_at, outcome, count, detail, holder)
    SELECT $1::uuid, $2::text, $3::timestamptz, $4::timestamptz, $5::timestamptz, $6::text, $7::int8, $8::text, $9::text
    WHERE (SELECT outcome FROM known) IS DISTINCT FROM $6::text
)
INSERT INTO scheduled_tasks AS s (task, since, started_at, ended_at, outcome, count, detail, succeeded_at)
VALUES ($2::text, $10::date, $4::timestamptz, $5::timestamptz, $6::text, $7::int8, $8::text,
        CASE $6::text WHEN 'succeeded' THEN $5::timestamptz END)
ON CONFLICT (task) DO UPDATE SET started_at = excluded.started_at, ended_at = excluded.ended_at, outcome = excluded.outcome,
    count = excluded.count, detail = excluded.detail, succeeded_at = coalesce(excluded.succeeded_at, s.succeeded_at)
