-- `herald bench`: the ceiling of acceptance. The rows that accept_notifications writes, by plain multi-row inserts in one transaction:
-- no limit, no check, no join. $1 ids, $2 service, $3 template, $4 now, $5 local date, $6 purge date, $7 sealed contents.
WITH input AS (
    SELECT id, $2::uuid AS service_id FROM unnest($1::uuid[]) AS t (id)
),
facts AS (
    INSERT INTO notifications (id, service_id, template_id, template_version, key_type, channel, status, billable_units,
                               international, rate_multiplier, created_at, local_date, purge_on, client_reference)
    SELECT id, service_id, $3::uuid, 1, 1, 2, 1, 1, false, 1, $4::timestamptz, $5::date, $6::date, 'bench' FROM input
),
contents AS (
    INSERT INTO notification_contents (purge_on, service_id, notification_id, sealed)
    SELECT $6::date, service_id, id, $7::bytea FROM input
),
ready AS (
    INSERT INTO queue_ready (lane, service_id, channel, notification_id, attempt, uncertain) SELECT 2, service_id, 2, id, 1, false FROM input
)
INSERT INTO notification_events (at, service_id, notification_id, kind, status)
SELECT $4::timestamptz, service_id, id, 1, 1 FROM input
