-- Forgets $2 of the oldest runs of tasks with ids below $1.
DELETE FROM task_runs WHERE id IN (SELECT id FROM task_runs WHERE id < $1::uuid ORDER BY id LIMIT $2::int4)
