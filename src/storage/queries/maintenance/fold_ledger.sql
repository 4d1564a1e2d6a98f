-- Sums a batch of deltas into the ledger. $1 the most to fold, $2 the id after which to look: before it there may be nothing but dead rows that
-- some open snapshot still keeps. One folder at a time (SKIP LOCKED keeps others harmless).
WITH picked AS (
    DELETE FROM ledger_deltas WHERE id IN (SELECT id FROM ledger_deltas WHERE id > $2::int8 ORDER BY id LIMIT $1::int4 FOR UPDATE SKIP LOCKED)
    RETURNING id, local_date, service_id, template_id, channel, key_type, status, job_id, notifications, billable_units
),
summed AS (
    INSERT INTO ledger AS l (local_date, service_id, template_id, channel, key_type, status, job_id, notifications, billable_units)
    SELECT local_date, service_id, template_id, channel, key_type, status, job_id, sum(notifications), sum(billable_units)
    FROM picked
    GROUP BY service_id, local_date, template_id, channel, key_type, status, job_id
    ORDER BY service_id, local_date, template_id, channel, key_type, status, job_id
    ON CONFLICT (service_id, local_date, template_id, channel, key_type, status, job_id) DO UPDATE
    SET notifications = l.notifications + EXCLUDED.notifications, billable_units = l.billable_units + EXCLUDED.billable_units
)
SELECT count(*) AS folded, max(id) AS last FROM picked
