-- Where messages have fallen out of the queue: services and days of which the ledger counts more messages as created than are in the tables of the queue.
-- Both change in the same transactions, and one statement sees one moment of them, so in a healthy system there are none, however much is queued; and no
-- message is read to find that out. $1 local dates, $2 and $3 the ids between which their messages lie. A message that was accepted while its day changed
-- may be counted on the one and lie on the other: what is found here is looked at (requeue_notifications), not believed.
WITH day AS (
    SELECT * FROM unnest($1::date[], $2::uuid[], $3::uuid[]) AS t (local_date, first_id, end_id)
),
-- Summed up, not joined: a join of sets of an unknown size may become a loop.
missing AS (
    SELECT service_id, local_date
    FROM (SELECT service_id, local_date, notifications::int8 AS messages FROM ledger WHERE local_date = ANY ($1::date[]) AND status = 1
          UNION ALL
          SELECT service_id, local_date, notifications FROM ledger_deltas WHERE local_date = ANY ($1::date[]) AND status = 1
          UNION ALL
          SELECT q.service_id, d.local_date, -1
          FROM (SELECT service_id, notification_id FROM queue_ready
                UNION ALL
                SELECT service_id, notification_id FROM queue_leases
                UNION ALL
                SELECT service_id, notification_id FROM queue_retries
                UNION ALL
                SELECT service_id, notification_id FROM queue_held) q
          JOIN day d ON q.notification_id >= d.first_id AND q.notification_id < d.end_id) m
    GROUP BY service_id, local_date
    HAVING sum(messages) > 0
)
SELECT m.service_id, d.first_id, d.end_id
FROM missing m JOIN day d ON d.local_date = m.local_date
ORDER BY m.service_id, d.first_id
