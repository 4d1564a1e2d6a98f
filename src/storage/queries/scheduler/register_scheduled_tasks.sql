-- Makes known the tasks $1, daily ones since the days $2; those that are known stay as they are.
INSERT INTO scheduled_tasks (task, since)
SELECT t.task, t.since FROM unnest($1::text[], $2::date[]) AS t (task, since)
ON CONFLICT (task) DO NOTHING
