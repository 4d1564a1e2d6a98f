-- The self-check: every count that differs between the rows and the ledger. Empty in a healthy system.
WITH counted AS (
    SELECT local_date, service_id, template_id, channel, key_type, status, sum(notifications) AS notifications, sum(billable_units) AS billable_units
    FROM (SELECT local_date, service_id, template_id, channel, key_type, status, notifications, billable_units FROM ledger
          UNION ALL
          SELECT local_date, service_id, template_id, channel, key_type, status, notifications, billable_units FROM ledger_deltas) l
    GROUP BY 1, 2, 3, 4, 5, 6
    HAVING sum(notifications) <> 0 OR sum(billable_units) <> 0
),
actual AS (
    SELECT local_date, service_id, template_id, channel, key_type, status, count(*) AS notifications, sum(billable_units) AS billable_units
    FROM notifications GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT service_id, local_date, status, coalesce(a.notifications, 0)::int8 AS actual, coalesce(c.notifications, 0)::int8 AS counted
FROM actual a FULL JOIN counted c USING (local_date, service_id, template_id, channel, key_type, status)
WHERE coalesce(a.notifications, 0) <> coalesce(c.notifications, 0) OR coalesce(a.billable_units, 0) <> coalesce(c.billable_units, 0)
