-- The self-check of some days: every count that differs between the rows and the ledger. Empty in a healthy system. $1 and $2 the first and
-- the last local date, $3 and $4 the ids between which their messages lie.
WITH counted AS (
    SELECT local_date, service_id, template_id, channel, key_type, status, job_id, sum(notifications) AS notifications, sum(billable_units) AS billable_units
    FROM (SELECT local_date, service_id, template_id, channel, key_type, status, job_id, notifications, billable_units FROM ledger
          WHERE local_date BETWEEN $1::date AND $2::date
          UNION ALL
          SELECT local_date, service_id, template_id, channel, key_type, status, job_id, notifications, billable_units FROM ledger_deltas
          WHERE local_date BETWEEN $1::date AND $2::date) l
    GROUP BY 1, 2, 3, 4, 5, 6, 7
    HAVING sum(notifications) <> 0 OR sum(billable_units) <> 0
),
actual AS (
    SELECT local_date, service_id, template_id, channel, key_type, status,
           coalesce(job_id, '00000000-0000-0000-0000-000000000000') AS job_id, count(*) AS notifications, sum(billable_units) AS billable_units
    FROM notifications
    WHERE id >= $3::uuid AND id < $4::uuid AND local_date BETWEEN $1::date AND $2::date
    GROUP BY 1, 2, 3, 4, 5, 6, 7
)
SELECT service_id, local_date, status, coalesce(a.notifications, 0)::int8 AS actual, coalesce(c.notifications, 0)::int8 AS counted
FROM actual a FULL JOIN counted c USING (local_date, service_id, template_id, channel, key_type, status, job_id)
WHERE coalesce(a.notifications, 0) <> coalesce(c.notifications, 0) OR coalesce(a.billable_units, 0) <> coalesce(c.billable_units, 0)
