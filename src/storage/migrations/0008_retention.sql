-- How long personal data is kept, and how a changed setting comes through what is stored. docs/architecture.md, "Forgetting", gives the reasons.

-- 3 to 90 days: what the family's admin app asks for. Its API takes any number; nothing good comes of the others.
UPDATE services
SET retention_days_email = least(greatest(retention_days_email, 3), 90), retention_days_sms = least(greatest(retention_days_sms, 3), 90)
WHERE retention_days_email NOT BETWEEN 3 AND 90 OR retention_days_sms NOT BETWEEN 3 AND 90;
ALTER TABLE services
    DROP CONSTRAINT services_retention_days_email_check,
    DROP CONSTRAINT services_retention_days_sms_check,
    ADD CONSTRAINT services_retention_days_email_check CHECK (retention_days_email BETWEEN 3 AND 90),
    ADD CONSTRAINT services_retention_days_sms_check CHECK (retention_days_sms BETWEEN 3 AND 90);
-- A setting counts for what is read from the moment of its commit, before apply_retention has been everywhere.
GRANT SELECT (id, retention_days_email, retention_days_sms) ON services TO herald_tenant;

-- The settings that somebody made (services.retention_days_* is what counts, and 7 where nobody did), and how far the last change of each has
-- come: apply_retention goes through the service's messages from the oldest that may have contents to those of the change.
CREATE TABLE service_retention (
    service_id uuid NOT NULL REFERENCES services,
    channel smallint NOT NULL CHECK (channel IN (1, 2)),
    id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE, -- the wire's
    days integer NOT NULL CHECK (days BETWEEN 3 AND 90),
    created_at timestamptz NOT NULL,
    updated_at timestamptz,
    changed_at timestamptz NOT NULL, -- of `days`, the last time; who works on an older change stops
    reach_days integer NOT NULL,     -- so many local days before changed_at there may be contents that an earlier setting put in their place
    done_id uuid,                    -- messages up to this one are done; null: none yet
    moved bigint NOT NULL DEFAULT 0, -- contents that go on another day now
    forgotten bigint NOT NULL DEFAULT 0, -- contents that went at once, because their day had passed
    applied_at timestamptz,          -- null: on its way
    PRIMARY KEY (service_id, channel)
);
CREATE INDEX service_retention_on_its_way ON service_retention (changed_at) WHERE applied_at IS NULL;
INSERT INTO service_retention (service_id, channel, days, created_at, changed_at, reach_days, applied_at)
SELECT s.id, c.channel, c.days, s.created_at, s.created_at, c.days, now()
FROM services s CROSS JOIN LATERAL (VALUES (1, s.retention_days_email), (2, s.retention_days_sms)) AS c (channel, days)
WHERE c.days <> 7;

-- The day that a text belongs to, from which its retention counts.
ALTER TABLE inbound_sms ADD COLUMN local_date date;
UPDATE inbound_sms SET local_date = coalesce(provider_date, created_at)::date;
ALTER TABLE inbound_sms ALTER COLUMN local_date SET NOT NULL;

-- A revoked key's secret is forgotten, its row stays: it is part of the history of the messages that it sent.
CREATE INDEX api_keys_with_a_dead_secret ON api_keys (expiry_date) WHERE expiry_date IS NOT NULL AND secret_sealed <> '';

-- Ids are times: what is still awaited of before a moment.
CREATE INDEX awaiting_receipts_by_notification ON awaiting_receipts (notification_id);

-- The messages of before `before` whose fate is open, by the tables that hold them. A message goes from one table to the next within a
-- transaction, and this is one snapshot: none is missed. It costs a probe for each place that has something queued just now, and one for each
-- message found; services at rest cost nothing. Scans are off because these tables may have been empty when it was planned last.
CREATE FUNCTION unfinished_messages(before uuid) RETURNS TABLE (service_id uuid, notification_id uuid)
LANGUAGE sql STABLE ROWS 100 SET enable_seqscan = off SET enable_bitmapscan = off AS $$
    WITH RECURSIVE ready AS (
        (SELECT r.lane, r.service_id, r.channel FROM queue_ready r ORDER BY r.lane, r.service_id, r.channel LIMIT 1)
        UNION ALL
        SELECT n.lane, n.service_id, n.channel
        FROM ready p
        CROSS JOIN LATERAL (
            SELECT r.lane, r.service_id, r.channel FROM queue_ready r
            WHERE (r.lane, r.service_id, r.channel) > (p.lane, p.service_id, p.channel)
            ORDER BY r.lane, r.service_id, r.channel LIMIT 1
        ) n
    ),
    retrying AS (
        (SELECT r.service_id FROM queue_retries r ORDER BY r.service_id LIMIT 1)
        UNION ALL
        SELECT n.service_id
        FROM retrying p
        CROSS JOIN LATERAL (SELECT r.service_id FROM queue_retries r WHERE r.service_id > p.service_id ORDER BY r.service_id LIMIT 1) n
    ),
    holding AS (
        (SELECT h.service_id, h.job_id FROM queue_held h ORDER BY h.service_id, h.job_id LIMIT 1)
        UNION ALL
        SELECT n.service_id, n.job_id
        FROM holding p
        CROSS JOIN LATERAL (
            SELECT h.service_id, h.job_id FROM queue_held h
            WHERE (h.service_id, h.job_id) > (p.service_id, p.job_id)
            ORDER BY h.service_id, h.job_id LIMIT 1
        ) n
    )
    SELECT r.service_id, r.notification_id
    FROM ready p
    JOIN queue_ready r ON r.lane = p.lane AND r.service_id = p.service_id AND r.channel = p.channel AND r.notification_id < before
    UNION
    SELECT l.service_id, l.notification_id FROM queue_leases l WHERE l.notification_id < before
    UNION
    SELECT r.service_id, r.notification_id FROM retrying p JOIN queue_retries r ON r.service_id = p.service_id AND r.notification_id < before
    UNION
    SELECT h.service_id, h.notification_id
    FROM holding p
    JOIN queue_held h ON h.service_id = p.service_id AND h.job_id = p.job_id AND h.notification_id < before
    UNION
    SELECT a.service_id, a.notification_id FROM awaiting_receipts a WHERE a.notification_id < before
$$;
