-- Jobs: files of recipients that become a message a row. docs/architecture.md, "Jobs", gives the reasons.

-- `claim_at` is the line in which jobs wait for a process: since when a pending job waits, when a scheduled one begins, when the lease of one that
-- is being processed ends; NULL when there is nothing to do. It goes by the clock of the server, as every lease. `tend_at` is the same for what is
-- queued of a job already: holding, letting go, ending. `fence` is of the newest claim; who has an older one changes nothing any more.
CREATE TABLE jobs (
    service_id uuid NOT NULL,
    id uuid NOT NULL,
    original_file_name text NOT NULL,
    object_key text NOT NULL,
    original_job_id uuid,
    template_id uuid NOT NULL,
    template_version integer NOT NULL,
    channel smallint NOT NULL CHECK (channel IN (1, 2)),
    key_type smallint NOT NULL CHECK (key_type IN (1, 2, 3)),
    api_key_id uuid,
    created_by_id uuid,
    sender_id uuid,
    contact_list_id uuid,
    notification_count integer NOT NULL CHECK (notification_count BETWEEN 0 AND 16777216), -- a row's number is 24 bits of its message's id
    status text NOT NULL CHECK (status IN ('pending', 'in progress', 'finished', 'sending limits exceeded', 'scheduled', 'cancelled',
                                           'ready to send', 'sent to dvla', 'error')),
    reason text NOT NULL DEFAULT '',
    scheduled_for timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz,
    processing_started timestamptz,
    processing_finished timestamptz,
    paused_at timestamptz,
    archived_at timestamptz,
    rows_per_second integer CHECK (rows_per_second > 0),
    generation smallint NOT NULL DEFAULT 1,
    next_row integer NOT NULL DEFAULT 0,
    rows_written integer NOT NULL DEFAULT 0,
    rows_refused integer NOT NULL DEFAULT 0,
    rows_retried integer NOT NULL DEFAULT 0,
    reserved integer NOT NULL DEFAULT 0, -- of the daily limit, and not used yet
    reserved_on date,
    claim_at timestamptz,
    holder uuid, -- of the lease; NULL while nobody has it
    fence bigint NOT NULL DEFAULT 0,
    tend_at timestamptz,
    sweeping boolean NOT NULL DEFAULT false, -- what is queued is being put aside
    released_at timestamptz,                 -- up to when a slowed job's messages have been let go
    PRIMARY KEY (service_id, id),
    CHECK ((status = 'scheduled') <= (scheduled_for IS NOT NULL))
) WITH (fillfactor = 50);
CREATE INDEX jobs_to_claim ON jobs (service_id, claim_at) WHERE claim_at IS NOT NULL;
CREATE INDEX jobs_to_tend ON jobs (tend_at) WHERE tend_at IS NOT NULL;
-- The order in which the admin app lists them: what has not begun comes first.
CREATE INDEX jobs_by_service ON jobs (service_id, processing_started DESC, created_at DESC);
CREATE INDEX jobs_scheduled ON jobs (service_id, scheduled_for) WHERE status = 'scheduled';
CREATE INDEX jobs_to_archive ON jobs (coalesce(scheduled_for, created_at)) WHERE archived_at IS NULL;
CREATE SEQUENCE job_fence;

-- What one process did of a job without a break. The ids of its messages are those of one millisecond, `started_at`, in the order of their rows:
-- all messages of a job are a few ranges of the key of notifications, and no index on job_id is needed.
CREATE TABLE job_segments (
    service_id uuid NOT NULL,
    job_id uuid NOT NULL,
    number integer NOT NULL,
    generation smallint NOT NULL,
    started_at timestamptz NOT NULL,
    first_row integer NOT NULL,
    PRIMARY KEY (service_id, job_id, number)
);

-- Rows that cannot be sent. Sentences with names of columns, never values: those are in the file.
CREATE TABLE job_refused_rows (
    service_id uuid NOT NULL,
    job_id uuid NOT NULL,
    row_number integer NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (service_id, job_id, row_number)
);

-- Rows whose message failed and that are to be sent again, by `generation` (the second is the first retry), with what failed.
CREATE TABLE job_retry_rows (
    service_id uuid NOT NULL,
    job_id uuid NOT NULL,
    generation smallint NOT NULL,
    row_number integer NOT NULL,
    replaces_notification_id uuid NOT NULL,
    PRIMARY KEY (service_id, job_id, generation, row_number)
);
CREATE INDEX job_retry_rows_by_replaced ON job_retry_rows (service_id, job_id, replaces_notification_id);

-- Jobs whose messages may not leave: paused and cancelled ones. A claim puts what it finds of them into queue_held, so that both act at once,
-- however much is queued.
CREATE TABLE job_holds (
    service_id uuid NOT NULL,
    job_id uuid NOT NULL,
    PRIMARY KEY (service_id, job_id)
);

-- A part of the queue (0001_init): messages of jobs that are paused, slowed or cancelled; none that may have
-- left already. They go on by way of queue_retries, whose movers see to it
-- that no claim has gone past them.
CREATE TABLE queue_held (
    service_id uuid NOT NULL,
    job_id uuid NOT NULL,
    notification_id uuid NOT NULL,
    lane smallint NOT NULL,
    channel smallint NOT NULL,
    attempt smallint NOT NULL,
    PRIMARY KEY (service_id, job_id, notification_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- The smallest UUIDv7 of a moment, to the millisecond: uuid_v7_floor of base/uuid.hpp.
CREATE FUNCTION uuid_v7_floor(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (substr(ms, 1, 8) || '-' || substr(ms, 9, 4) || '-7000-8000-000000000000')::uuid
    FROM (SELECT lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0') AS ms) t
$$;

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['jobs', 'job_segments', 'job_refused_rows', 'job_retry_rows'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY one_service ON %I FOR SELECT TO herald_tenant
                        USING (service_id = current_setting(''herald.service_id'')::uuid)', tenant_table);
        EXECUTE format('GRANT SELECT ON %I TO herald_tenant', tenant_table);
    END LOOP;
END $$;
