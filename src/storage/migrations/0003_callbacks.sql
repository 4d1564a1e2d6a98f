-- Telling services of their messages. docs/architecture.md, "The data model", has the conventions.

-- Where a service wants to hear about its messages, and how its endpoint does. What does is told by record_callbacks and by the clock of the
-- server: `failures` in a row, since when; while paused one call at a time is tried, at `probe_at`; after a pause calls are few at first.
CREATE TABLE service_callbacks (
    service_id uuid NOT NULL REFERENCES services,
    callback_type text NOT NULL CHECK (callback_type IN ('delivery_status', 'complaint', 'inbound_sms')),
    id uuid NOT NULL,
    url text NOT NULL CHECK (url ~ '^https?://'),
    secrets_sealed bytea NOT NULL, -- the bearer token and the signing secret: storage/callback_secrets.hpp
    created_at timestamptz NOT NULL,
    updated_at timestamptz,
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    paused_since timestamptz,
    probe_at timestamptz,
    probes smallint NOT NULL DEFAULT 0, -- that failed in this pause
    resumed_at timestamptz,
    PRIMARY KEY (service_id, callback_type),
    CHECK ((paused_since IS NULL) = (probe_at IS NULL))
) WITH (fillfactor = 50);
CREATE INDEX service_callbacks_paused ON service_callbacks (service_id, callback_type) WHERE paused_since IS NOT NULL;

-- Recipients who said to their provider that a message was unwanted. Facts alone: who it was is in the contents of the message, while they last.
CREATE TABLE complaints (
    service_id uuid NOT NULL,
    id uuid NOT NULL,
    notification_id uuid NOT NULL,
    provider text NOT NULL,
    feedback_id text, -- the provider's
    complaint_type text,
    complaint_sub_type text,
    complained_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (service_id, id)
);
-- One that is told twice is one.
CREATE UNIQUE INDEX complaints_once ON complaints (service_id, notification_id, provider, feedback_id) NULLS NOT DISTINCT;

-- Callbacks owed to services. The subject is the id of a notification (delivery_status), a complaint or an inbound_sms. Owed in the transaction
-- that makes it necessary, where the service has set such a callback:
--     INSERT INTO callback_tasks (service_id, callback_type, subject_id)
--     SELECT service_id, callback_type, ... FROM service_callbacks WHERE ... ON CONFLICT DO NOTHING
-- Due at run_at, which a claim pushes out by a lease; by the clock of the server, as with queue_leases.
CREATE TABLE callback_tasks (
    service_id uuid NOT NULL,
    callback_type text NOT NULL,
    subject_id uuid NOT NULL,
    run_at timestamptz NOT NULL DEFAULT now(),
    attempt smallint NOT NULL DEFAULT 1,
    fence bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (service_id, callback_type, subject_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX callback_tasks_by_endpoint ON callback_tasks (service_id, callback_type, run_at);
-- Every call that was made, or could not be; days are dropped by drop_callback_attempts. `outcome` numbers: domain/services/callback.hpp.
CREATE TABLE callback_attempts (
    at timestamptz NOT NULL,
    service_id uuid NOT NULL,
    callback_type text NOT NULL,
    subject_id uuid NOT NULL,
    notification_id uuid, -- of a delivery_status and a complaint
    attempt smallint NOT NULL,
    outcome smallint NOT NULL CHECK (outcome BETWEEN 1 AND 4),
    status smallint, -- of HTTP; null: no answer
    milliseconds integer NOT NULL,
    detail text -- why there was no answer; never personal data, and at most the host of the URL
) PARTITION BY RANGE (at);
CREATE INDEX callback_attempts_by_service ON callback_attempts (service_id, at);
CREATE INDEX callback_attempts_by_notification ON callback_attempts (service_id, notification_id, at) WHERE notification_id IS NOT NULL;
CREATE TABLE callback_attempts_default PARTITION OF callback_attempts DEFAULT;

-- The days of callback_attempts that are missing, as maintain_partitions makes its own.
CREATE FUNCTION maintain_callback_partitions(today date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    made integer := 0;
    day date;
    day_start timestamptz;
BEGIN
    PERFORM set_config('lock_timeout', '1s', true);
    PERFORM pg_advisory_xact_lock(7240681);
    FOR day IN SELECT d::date FROM generate_series(today - 1, today + 7, interval '1 day') d LOOP
        day_start := day::timestamp AT TIME ZONE 'UTC';
        IF to_regclass('callback_attempts_' || to_char(day, 'YYYYMMDD')) IS NULL
           AND NOT EXISTS (SELECT FROM callback_attempts_default WHERE at >= day_start AND at < day_start + interval '24 hours') THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF callback_attempts FOR VALUES FROM (%L) TO (%L)',
                           'callback_attempts_' || to_char(day, 'YYYYMMDD'), day_start, day_start + interval '24 hours');
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;
