-- The data model of the hot path and of what it reads. docs/architecture.md, "The data model", gives the reasons.
--
-- Conventions: every tenant table's key starts with service_id; facts and personal data are apart (`notification_contents`, `*_sealed`
-- columns: AES-256-GCM by the process, never by SQL); small closed sets are smallint with the numbers of domain/notifications/notification.hpp.
-- Hot tables have no foreign keys: each would lock a row of the referenced table on every insert, and nothing they point at is ever deleted.

CREATE TABLE users (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    email_address text NOT NULL UNIQUE,
    mobile_number text,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('pending', 'active', 'inactive')),
    platform_admin boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    updated_at timestamptz
);

-- What the emails of an organisation show above the message. `brand_type` numbers: domain/services/email_branding.hpp.
CREATE TABLE email_branding (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    brand_type smallint NOT NULL CHECK (brand_type IN (1, 2, 3)),
    text text,
    colour text CHECK (colour ~ '^#[0-9a-fA-F]{6}$'),
    logo text CHECK (logo ~ '^https://'),
    alt_text text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz,
    CHECK (text IS NOT NULL OR logo IS NOT NULL),
    CHECK (brand_type <> 3 OR colour IS NOT NULL)
);

CREATE TABLE services (
    id uuid PRIMARY KEY,
    name text NOT NULL CONSTRAINT services_name_key UNIQUE,
    email_from text NOT NULL CONSTRAINT services_email_from_key UNIQUE,
    active boolean NOT NULL DEFAULT true,
    restricted boolean NOT NULL DEFAULT true,
    research_mode boolean NOT NULL DEFAULT false,
    prefix_sms boolean NOT NULL DEFAULT true,
    message_limit bigint NOT NULL CHECK (message_limit >= 0),
    rate_limit integer NOT NULL DEFAULT 3000 CHECK (rate_limit >= 0),
    permissions text[] NOT NULL DEFAULT '{}',
    contact_link text,
    retention_days_email integer NOT NULL DEFAULT 7 CHECK (retention_days_email BETWEEN 1 AND 365),
    retention_days_sms integer NOT NULL DEFAULT 7 CHECK (retention_days_sms BETWEEN 1 AND 365),
    email_branding_id uuid REFERENCES email_branding, -- null: the platform's banner, or nothing
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    created_by_id uuid REFERENCES users,
    updated_at timestamptz
);

CREATE TABLE service_members (
    service_id uuid NOT NULL REFERENCES services,
    user_id uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (service_id, user_id)
);

-- Recipients a team key, or a service in trial mode, may send to besides its members.
CREATE TABLE service_guest_list (
    service_id uuid NOT NULL REFERENCES services,
    channel smallint NOT NULL,
    recipient text NOT NULL, -- normalised: E.164 or lower-cased address
    created_at timestamptz NOT NULL,
    PRIMARY KEY (service_id, channel, recipient)
);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    service_id uuid NOT NULL REFERENCES services,
    name text NOT NULL,
    secret_sealed bytea NOT NULL,
    key_type smallint NOT NULL CHECK (key_type IN (1, 2, 3)),
    created_at timestamptz NOT NULL,
    created_by_id uuid REFERENCES users,
    expiry_date timestamptz,
    updated_at timestamptz
);
CREATE UNIQUE INDEX uix_service_to_key_name ON api_keys (service_id, name) WHERE expiry_date IS NULL;
CREATE INDEX api_keys_by_service ON api_keys (service_id, created_at);

CREATE TABLE sms_senders (
    id uuid PRIMARY KEY,
    service_id uuid NOT NULL REFERENCES services,
    sms_sender text NOT NULL CHECK (length(sms_sender) BETWEEN 1 AND 15),
    is_default boolean NOT NULL,
    archived boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    updated_at timestamptz
);
CREATE INDEX sms_senders_by_service ON sms_senders (service_id);
CREATE UNIQUE INDEX sms_senders_one_default ON sms_senders (service_id) WHERE is_default AND NOT archived;

CREATE TABLE email_reply_tos (
    id uuid PRIMARY KEY,
    service_id uuid NOT NULL REFERENCES services,
    email_address text NOT NULL,
    is_default boolean NOT NULL,
    archived boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    updated_at timestamptz
);
CREATE INDEX email_reply_tos_by_service ON email_reply_tos (service_id);
CREATE UNIQUE INDEX email_reply_tos_one_default ON email_reply_tos (service_id) WHERE is_default AND NOT archived;

-- The current version of each template, and every version it ever had (the current one included).
CREATE TABLE templates (
    service_id uuid NOT NULL REFERENCES services,
    id uuid NOT NULL,
    version integer NOT NULL,
    channel smallint NOT NULL CHECK (channel IN (1, 2)),
    name text NOT NULL,
    content text NOT NULL,
    subject text,
    archived boolean NOT NULL DEFAULT false,
    hidden boolean NOT NULL DEFAULT false,
    priority boolean NOT NULL DEFAULT false,
    redact_personalisation boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    updated_at timestamptz,
    created_by_id uuid REFERENCES users,
    PRIMARY KEY (service_id, id)
);
CREATE TABLE template_versions (
    service_id uuid NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    channel smallint NOT NULL,
    name text NOT NULL,
    content text NOT NULL,
    subject text,
    archived boolean NOT NULL,
    hidden boolean NOT NULL,
    priority boolean NOT NULL,
    redact_personalisation boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz,
    created_by_id uuid REFERENCES users,
    PRIMARY KEY (service_id, id, version),
    FOREIGN KEY (service_id, id) REFERENCES templates (service_id, id)
);

-- Facts about each message. Ids are UUIDv7, so a range of ids is a range of time; month partitions (maintain_partitions).
-- `status` is in no index and pages keep room, so that a change of status stays a HOT update.
CREATE TABLE notifications (
    service_id uuid NOT NULL,
    id uuid NOT NULL,
    template_id uuid NOT NULL,
    template_version integer NOT NULL,
    api_key_id uuid,
    created_by_id uuid,
    job_id uuid,
    job_row_number integer,
    key_type smallint NOT NULL,
    channel smallint NOT NULL,
    status smallint NOT NULL CHECK (status BETWEEN 1 AND 13),
    billable_units smallint NOT NULL,
    international boolean NOT NULL,
    rate_multiplier smallint NOT NULL,
    local_date date NOT NULL, -- of created_at, in the configured zone: the day it is counted on
    purge_on date NOT NULL,   -- the partition of its contents, and from when the API no longer shows it
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    updated_at timestamptz,
    scheduled_for timestamptz, -- not to be sent before; nearly always null, which takes no room
    phone_prefix text,
    sent_by text,
    client_reference text,
    client_reference_hash uuid GENERATED ALWAYS AS (md5(client_reference)::uuid) STORED, -- to be found by
    provider_reference text,
    provider_response text,
    PRIMARY KEY (service_id, id)
) PARTITION BY RANGE (id);
-- A hash in a column of its own: 1,000 characters of four bytes are more than an index takes, and behind row security an index serves
-- only conditions whose functions are leakproof, which `=` of uuid is and left() or md5() of the column is not.
CREATE INDEX notifications_by_client_reference ON notifications (service_id, client_reference_hash, id)
    WHERE client_reference_hash IS NOT NULL;
-- For the self-check: the messages of a time, whosever they are. Rows lie in the order of their ids, so a few kilobytes do.
CREATE INDEX notifications_by_time ON notifications USING brin (id) WITH (autosummarize = on);

-- Who it went to and what it said: sealed, and gone with its partition on purge_on.
CREATE TABLE notification_contents (
    purge_on date NOT NULL,
    service_id uuid NOT NULL,
    notification_id uuid NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (service_id, notification_id, purge_on) -- so: led by purge_on, a plan without statistics reads a whole day
) PARTITION BY RANGE (purge_on);

-- Everything that ever happened to a message, append-only. `kind` numbers: domain/notifications/event.hpp.
-- `seq` is drawn when the row is written, so behind the lock of the message that changed: events of one message have ever larger numbers. One cache
-- for all (CACHE 1), or a connection would draw numbers that are older than those of others. And never before the transaction has its id, on which
-- change_marks rest: CASE keeps that order.
CREATE SEQUENCE notification_event_seq CACHE 1;
CREATE TABLE notification_events (
    at timestamptz NOT NULL,
    service_id uuid NOT NULL,
    notification_id uuid NOT NULL,
    seq bigint NOT NULL DEFAULT CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('notification_event_seq') END,
    kind smallint NOT NULL,
    status smallint, -- the status it led to, when it changed one
    attempt smallint,
    provider text,
    detail text -- a code or reason; never personal data
) PARTITION BY RANGE (at);
CREATE INDEX notification_events_by_notification ON notification_events (service_id, notification_id); -- a dozen of a message: not worth `at`
-- The change feed (docs/architecture.md): changes of status, as a service reads them.
CREATE INDEX notification_events_by_change ON notification_events (service_id, seq) WHERE status IS NOT NULL;

-- How far the change feed may be read. A mark says: no transaction but those before `xid` writes an event with a number up to `seq`. When all of these
-- have ended, nothing can appear up to there any more, and the mark is a horizon. A handful of rows, written while somebody reads.
CREATE TABLE change_marks (
    seq bigint NOT NULL,
    xid xid8 NOT NULL,
    at timestamptz NOT NULL, -- by the clock of the database; events have their writers'
    PRIMARY KEY (seq, xid)
) WITH (autovacuum_vacuum_scale_factor = 0.02);

-- Counts by day. Each change of state adds its difference to ledger_deltas in its own transaction (append-only: no hot row to wait for);
-- fold_ledger sums them into ledger. The truth at any time is the sum of both.
CREATE TABLE ledger (
    local_date date NOT NULL,
    service_id uuid NOT NULL,
    template_id uuid NOT NULL,
    channel smallint NOT NULL,
    key_type smallint NOT NULL,
    status smallint NOT NULL,
    notifications bigint NOT NULL,
    billable_units bigint NOT NULL,
    job_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000', -- nil: of no job
    PRIMARY KEY (service_id, local_date, template_id, channel, key_type, status, job_id)
);
CREATE INDEX ledger_by_job ON ledger (service_id, job_id) WHERE job_id <> '00000000-0000-0000-0000-000000000000';
CREATE INDEX ledger_by_day ON ledger (local_date);
CREATE TABLE ledger_deltas (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    local_date date NOT NULL,
    service_id uuid NOT NULL,
    template_id uuid NOT NULL,
    channel smallint NOT NULL,
    key_type smallint NOT NULL,
    status smallint NOT NULL,
    notifications integer NOT NULL,
    billable_units integer NOT NULL,
    job_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'
);
CREATE INDEX ledger_deltas_by_job ON ledger_deltas (service_id, job_id) WHERE job_id <> '00000000-0000-0000-0000-000000000000';
CREATE INDEX ledger_deltas_by_service ON ledger_deltas (service_id, local_date);

-- The queue. A message is in at most one of queue_ready, queue_leases and queue_retries, then in awaiting_receipts, then in none:
-- what is still in flight is found here, never by scanning notifications.
-- Lanes: 1 priority, 2 normal, 3 bulk, 4 test.
CREATE TABLE queue_ready (
    lane smallint NOT NULL,
    channel smallint NOT NULL, -- in the key: a channel whose provider is slow is stepped over, however much it has waiting
    attempt smallint NOT NULL, -- the number of the attempt that comes next, from 1
    uncertain boolean NOT NULL, -- an earlier attempt may have been sent: ask the provider before sending again
    service_id uuid NOT NULL,
    notification_id uuid NOT NULL,
    PRIMARY KEY (lane, service_id, channel, notification_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- Which services ever queued something in a lane: the workers' list to rotate over. Small; rows are never deleted.
CREATE TABLE queue_services (
    lane smallint NOT NULL,
    service_id uuid NOT NULL,
    PRIMARY KEY (lane, service_id)
);
-- Claimed: somebody is handing it to a provider, or died while doing so. `fence` rises with each claim; a result with an older one is void.
CREATE SEQUENCE queue_fence;
CREATE TABLE queue_leases (
    service_id uuid NOT NULL,
    notification_id uuid NOT NULL,
    lane smallint NOT NULL,
    channel smallint NOT NULL,
    attempt smallint NOT NULL,
    uncertain boolean NOT NULL,
    fence bigint NOT NULL,
    holder uuid NOT NULL,
    lease_until timestamptz NOT NULL,
    PRIMARY KEY (service_id, notification_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX queue_leases_by_end ON queue_leases (lease_until);
CREATE TABLE queue_retries (
    run_at timestamptz NOT NULL,
    service_id uuid NOT NULL,
    notification_id uuid NOT NULL,
    lane smallint NOT NULL,
    channel smallint NOT NULL,
    attempt smallint NOT NULL,
    uncertain boolean NOT NULL,
    PRIMARY KEY (run_at, service_id, notification_id)
);
CREATE INDEX queue_retries_by_message ON queue_retries (service_id, notification_id);
-- Handed over, and its fate is to come.
CREATE TABLE awaiting_receipts (
    provider text NOT NULL,
    reference text NOT NULL,
    service_id uuid NOT NULL,
    notification_id uuid NOT NULL,
    look_up_at timestamptz NOT NULL, -- when to ask the provider, if nothing came
    PRIMARY KEY (provider, reference)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX awaiting_receipts_by_look_up ON awaiting_receipts (look_up_at);
-- Receipts that came before the answer to the hand-off was recorded, or that belong to nothing we know.
CREATE TABLE unmatched_receipts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider text NOT NULL,
    reference text NOT NULL,
    notification_id uuid, -- when the provider told it: then it settles an attempt that was uncertain
    status smallint NOT NULL,
    provider_response text,
    at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    look_at timestamptz NOT NULL -- when to see whether somebody awaits it by now; ever more rarely
);
CREATE INDEX unmatched_receipts_by_look ON unmatched_receipts (look_at);
CREATE INDEX unmatched_receipts_by_notification ON unmatched_receipts (notification_id) WHERE notification_id IS NOT NULL;

-- The exact daily limit: one row a service and UTC day, raised in the transaction that accepts.
CREATE TABLE daily_usage (
    service_id uuid NOT NULL,
    day date NOT NULL,
    count bigint NOT NULL,
    granted bigint NOT NULL,       -- by the last raise: RETURNING cannot tell it from the old count
    message_limit bigint NOT NULL, -- as of the last raise; here because ON CONFLICT can only see the row's own columns
    PRIMARY KEY (service_id, day)
) WITH (fillfactor = 50);

-- Tokens left, shared by all processes; lost at a crash of the server, which is as good as a full bucket.
CREATE UNLOGGED TABLE rate_buckets (
    service_id uuid NOT NULL,
    key_type smallint NOT NULL,
    tokens double precision NOT NULL,
    granted double precision NOT NULL, -- what the last taker got
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (service_id, key_type)
) WITH (fillfactor = 50);

-- Idempotency-Key. In flight while response_sealed is NULL; a holder that died loses it after in_flight_until.
CREATE TABLE idempotency_keys (
    service_id uuid NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    holder uuid NOT NULL,
    in_flight_until timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    response_sealed bytea,
    PRIMARY KEY (service_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE inbound_sms (
    service_id uuid NOT NULL REFERENCES services,
    id uuid NOT NULL,
    notify_number text NOT NULL,
    sealed bytea NOT NULL, -- user_number and content
    provider text NOT NULL,
    provider_reference text,
    provider_date timestamptz,
    created_at timestamptz NOT NULL,
    purge_on date NOT NULL,
    PRIMARY KEY (service_id, id)
);
CREATE INDEX inbound_sms_by_purge ON inbound_sms (purge_on);

-- Whom a service does not write to any more. `reason` numbers: domain/recipients/suppression.hpp. Found by a keyed hash of the normalised
-- recipient; sealed beside it to be listed, NULL when the message that led here had been purged already.
-- Kept until it is lifted, and then for some weeks more (purge_lifted_suppressions): docs/architecture.md, "Suppression".
CREATE TABLE suppressions (
    service_id uuid NOT NULL,
    id uuid NOT NULL,
    channel smallint NOT NULL CHECK (channel IN (1, 2)),
    recipient_hash bytea NOT NULL CHECK (length(recipient_hash) = 32),
    recipient_sealed bytea,
    reason smallint NOT NULL CHECK (reason BETWEEN 1 AND 4),
    notification_id uuid, -- the message that it came from
    created_at timestamptz NOT NULL,
    created_by_id uuid REFERENCES users, -- NULL: nobody typed it; a receipt, a link or a text message did it
    lifted_at timestamptz,
    lifted_by_id uuid REFERENCES users, -- NULL on a lifted one: the recipient did (START)
    PRIMARY KEY (service_id, id),
    CHECK (lifted_at IS NOT NULL OR lifted_by_id IS NULL)
);
-- What accept_notifications probes, once a message.
CREATE UNIQUE INDEX suppressions_active ON suppressions (service_id, channel, recipient_hash) WHERE lifted_at IS NULL;
CREATE INDEX suppressions_lifted ON suppressions (lifted_at) WHERE lifted_at IS NOT NULL;

-- Messages whose recipients are to be suppressed: written by the statement that records a hard bounce or a complaint, worked off by
-- suppress_recipients. To find the recipient takes the key ring, which is no work for the statement that records receipts.
CREATE TABLE suppressions_due (
    service_id uuid NOT NULL,
    notification_id uuid NOT NULL,
    reason smallint NOT NULL CHECK (reason BETWEEN 1 AND 4),
    run_at timestamptz NOT NULL,
    PRIMARY KEY (service_id, notification_id, reason)
);
CREATE INDEX suppressions_due_by_time ON suppressions_due (run_at);

-- Makes the partitions that are missing: months of notifications, days of contents and events. Cheap when there is nothing to do. Contents
-- begin with tomorrow: those of today have to be gone already.
-- The default partitions catch rows should this not have run for long; they are empty in a healthy system. A partition whose rows are in
-- the default one already is not made: PostgreSQL refuses it, and the rows are as well off where they are.
CREATE FUNCTION maintain_partitions(today date, contents_days integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    made integer := 0;
    month date;
    day date;
    day_start timestamptz;
BEGIN
    -- Making a partition locks its parent: behind a long reader that would hold up everybody. It is tried again soon.
    PERFORM set_config('lock_timeout', '1s', true);
    PERFORM pg_advisory_xact_lock(7240681);
    FOR month IN SELECT m::date FROM generate_series(date_trunc('month', today::timestamp) - interval '1 month',
                                                     today + interval '2 months', interval '1 month') m LOOP
        IF to_regclass('notifications_' || to_char(month, 'YYYYMM')) IS NULL
           AND NOT EXISTS (SELECT FROM notifications_default
                           WHERE id >= uuid_v7_floor(month) AND id < uuid_v7_floor((month + interval '1 month')::date)) THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF notifications FOR VALUES FROM (%L) TO (%L) WITH (fillfactor = 85)',
                           'notifications_' || to_char(month, 'YYYYMM'), uuid_v7_floor(month), uuid_v7_floor((month + interval '1 month')::date));
            made := made + 1;
        END IF;
    END LOOP;
    FOR day IN SELECT d::date FROM generate_series(today + 1, today + contents_days, interval '1 day') d LOOP
        IF to_regclass('notification_contents_' || to_char(day, 'YYYYMMDD')) IS NULL
           AND NOT EXISTS (SELECT FROM notification_contents_default WHERE purge_on = day) THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF notification_contents FOR VALUES FROM (%L) TO (%L)',
                           'notification_contents_' || to_char(day, 'YYYYMMDD'), day, day + 1);
            made := made + 1;
        END IF;
    END LOOP;
    FOR day IN SELECT d::date FROM generate_series(today - 1, today + 7, interval '1 day') d LOOP
        day_start := day::timestamp AT TIME ZONE 'UTC';
        IF to_regclass('notification_events_' || to_char(day, 'YYYYMMDD')) IS NULL
           AND NOT EXISTS (SELECT FROM notification_events_default WHERE at >= day_start AND at < day_start + interval '24 hours') THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF notification_events FOR VALUES FROM (%L) TO (%L)',
                           'notification_events_' || to_char(day, 'YYYYMMDD'), day_start, day_start + interval '24 hours');
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;

-- Drops the oldest partition by day of `parent` that is of a day before `before`, and says which; NULL when there is none. Waits for its lock (of
-- the parent, too: everyone else waits behind it) for a quarter of a second at most, then fails with lock_not_available: try again.
CREATE FUNCTION drop_oldest_partition(parent text, before date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    dropped text;
BEGIN
    SELECT c.relname INTO dropped
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = parent::regclass AND c.relname ~ ('^' || parent || '_[0-9]{8}$')
      AND to_date(right(c.relname, 8), 'YYYYMMDD') < before
    ORDER BY c.relname LIMIT 1;
    IF dropped IS NOT NULL THEN
        PERFORM set_config('lock_timeout', '250ms', true);
        EXECUTE format('DROP TABLE %I', dropped);
    END IF;
    RETURN dropped;
END $$;

-- The smallest UUIDv7 of a UTC day.
CREATE FUNCTION uuid_v7_floor(day date) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (substr(ms, 1, 8) || '-' || substr(ms, 9, 4) || '-7000-8000-000000000000')::uuid
    FROM (SELECT lpad(to_hex((extract(epoch FROM day::timestamp) * 1000)::bigint), 12, '0') AS ms) t
$$;

CREATE TABLE notifications_default PARTITION OF notifications DEFAULT;
CREATE TABLE notification_contents_default PARTITION OF notification_contents DEFAULT;
CREATE TABLE notification_events_default PARTITION OF notification_events DEFAULT;

-- The second wall between tenants. Reads on behalf of one service run as this role with herald.service_id set (storage/read_as_tenant.hpp):
-- a query that forgot its service_id then finds nothing instead of somebody else's rows.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'herald_tenant') THEN
        CREATE ROLE herald_tenant NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of this cluster was being set up at the same time
END $$;
DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['notifications', 'notification_contents', 'notification_events', 'templates', 'template_versions',
                                        'inbound_sms', 'suppressions'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY one_service ON %I FOR SELECT TO herald_tenant
                        USING (service_id = current_setting(''herald.service_id'')::uuid)', tenant_table);
        EXECUTE format('GRANT SELECT ON %I TO herald_tenant', tenant_table);
    END LOOP;
    GRANT SELECT (id, name) ON users TO herald_tenant; -- names of authors, by their id
    EXECUTE format('GRANT herald_tenant TO %I', current_user);
END $$;
