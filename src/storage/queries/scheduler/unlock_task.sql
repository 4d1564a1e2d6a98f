-- Gives back what try_task_lock took. $1 the task.
SELECT pg_advisory_unlock(hashtextextended('herald task ' || $1::text, 0)) AS unlocked
