-- Who holds the lock of the task $1 knows that nobody runs it: a run that is still open at $2 has lost its process.
UPDATE task_runs SET outcome = 'abandoned', ended_at = greatest($2::timestamptz, started_at)
WHERE task = $1::text AND outcome = 'running'
