-- How many callbacks are owed and how many endpoints are paused, by type ($2, all of them). Counted up to $1 in all and no further.
WITH owed AS (
    SELECT callback_type, count(*) AS backlog FROM (SELECT callback_type FROM callback_tasks LIMIT $1::int4) t GROUP BY callback_type
),
paused AS (
    SELECT callback_type, count(*) AS paused FROM service_callbacks WHERE paused_since IS NOT NULL GROUP BY callback_type
)
SELECT k.callback_type, coalesce(o.backlog, 0) AS backlog, coalesce(p.paused, 0) AS paused
FROM unnest($2::text[]) AS k (callback_type)
LEFT JOIN owed o USING (callback_type)
LEFT JOIN paused p USING (callback_type)
