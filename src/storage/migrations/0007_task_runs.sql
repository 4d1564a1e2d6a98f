-- What comes with the clock (src/ops/schedule.cpp): when each task ran, and what came of it.

-- One row a task: its last run. Of one that runs every few seconds it is written at most twice a minute, and when its outcome changes.
-- `since` is the first day for which a daily task is responsible: days before anybody knew of it were not missed.
CREATE TABLE scheduled_tasks (
    task text PRIMARY KEY,
    since date NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    outcome text,
    count bigint,
    detail text,
    succeeded_at timestamptz
) WITH (fillfactor = 50);

-- The history. A row for each run; of a task that runs more often than once a minute only for its first one and each whose outcome is another
-- than that of the one before. `for_date` is the local day that is settled when the run succeeds; null: it settles none. `as_of` is the `now`
-- that the run was told. Abandoned: its process was gone before it could say how it ended.
CREATE TABLE task_runs (
    id uuid PRIMARY KEY, -- UUIDv7 of started_at
    task text NOT NULL,
    for_date date,
    as_of timestamptz NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome text NOT NULL CHECK (outcome IN ('running', 'succeeded', 'failed', 'timed_out', 'abandoned')),
    count bigint,
    detail text,
    holder text NOT NULL,
    CHECK ((outcome = 'running') = (ended_at IS NULL))
);
CREATE INDEX task_runs_by_task ON task_runs (task, id);
-- Behind the lock that keeps two processes from the same task.
CREATE UNIQUE INDEX task_runs_running ON task_runs (task) WHERE outcome = 'running';
CREATE INDEX task_runs_settled ON task_runs (for_date, task) WHERE outcome = 'succeeded';
