-- Claims messages to deliver and brings all that is needed to send them, in one round trip: lane by lane, service by service.
-- $1..$8: one element a (lane, service, channel) to look into: its lane, service, channel, cursor (ids after it), the most to take, and whom they
-- will be offered to, at home, abroad, and when the first of these had the attempt before: the event of the attempt says it before anybody is
-- offered anything.
-- $9 holder, another one for each claim (release_lost_claims), $10 seconds of the lease, by the clock of the server: see recover_expired_leases.
-- $11 now.
-- The planner takes a LIMIT that is a parameter for a tenth of the table. So that a long queue does not turn the joins into scans of whole
-- tables, rows are deleted by their place (they are locked, and never updated), and OFFSET 0 keeps each look-up a probe of the key.
-- The cursor keeps a claim from reading again over dead rows that some open snapshot still keeps (13 times faster then).
WITH place AS (
    SELECT * FROM unnest($1::int2[], $2::uuid[], $3::int2[], $4::uuid[], $5::int4[], $6::text[], $7::text[], $8::text[])
        AS t (lane, service_id, channel, cursor, quota, provider, abroad, other)
),
picked AS (
    SELECT q.place
    FROM place p
    CROSS JOIN LATERAL (
        SELECT r.ctid AS place
        FROM queue_ready r
        WHERE r.lane = p.lane AND r.service_id = p.service_id AND r.channel = p.channel AND r.notification_id > p.cursor
        ORDER BY r.notification_id
        LIMIT p.quota
        FOR UPDATE SKIP LOCKED
    ) q
),
taken AS (
    DELETE FROM queue_ready r WHERE r.ctid = ANY (ARRAY(SELECT place FROM picked))
    RETURNING r.lane, r.service_id, r.channel, r.notification_id, r.attempt, r.uncertain
),
-- With all that is known of each: a join of one of these sets with another would be a nested loop over estimates of one row.
-- What is of a job that is paused or cancelled goes aside, unless it may have left already: that doubt is settled as any other. With a lock on the hold:
-- whoever resumes waits until it is in queue_held, and takes it from there.
found AS MATERIALIZED (
    SELECT t.*, n.job_id, n.template_id, n.template_version, n.key_type, n.international, n.purge_on, n.created_at,
           n.job_id IS NOT NULL AND NOT t.uncertain AND EXISTS (SELECT FROM job_holds h WHERE h.service_id = t.service_id AND h.job_id = n.job_id
                                                               FOR KEY SHARE) AS is_held,
           (SELECT CASE
                       WHEN n.international THEN p.abroad
                       WHEN t.attempt > 1 AND p.other <> '' AND p.provider = (
                           SELECT e.provider FROM notification_events e
                           WHERE e.service_id = t.service_id AND e.notification_id = t.notification_id AND e.kind = 2
                           ORDER BY e.at DESC LIMIT 1) THEN p.other
                       ELSE p.provider
                   END
            FROM place p WHERE p.lane = t.lane AND p.service_id = t.service_id AND p.channel = t.channel) AS provider
    FROM taken t
    CROSS JOIN LATERAL (
        SELECT template_id, template_version, key_type, international, purge_on, created_at, job_id
        FROM notifications WHERE service_id = t.service_id AND id = t.notification_id OFFSET 0
    ) n
),
held_back AS (
    INSERT INTO queue_held (service_id, job_id, notification_id, lane, channel, attempt)
    SELECT service_id, job_id, notification_id, lane, channel, attempt FROM found WHERE is_held
),
claimed AS MATERIALIZED (
    SELECT *, nextval('queue_fence') AS fence FROM found WHERE NOT is_held
),
leased AS (
    INSERT INTO queue_leases (service_id, notification_id, lane, channel, attempt, uncertain, fence, holder, lease_until)
    SELECT service_id, notification_id, lane, channel, attempt, uncertain, fence, $9::uuid, now() + make_interval(secs => $10::float8)
    FROM claimed
),
noted AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind, attempt, provider)
    SELECT $11::timestamptz, service_id, notification_id, 2, attempt, nullif(provider, '') FROM claimed
)
SELECT l.lane, l.service_id, l.notification_id, l.channel, l.attempt, l.uncertain, l.fence, l.provider,
       l.template_id, l.template_version, l.key_type, l.international, c.sealed,
       -- A backward probe of the key: EXISTS with the condition inside would be planned as a scan. With a margin for clocks and for what was on its
       -- way to its commit; it only decides whether somebody looks for the recipient.
       coalesce((SELECT s.created_at FROM suppressions s WHERE s.service_id = l.service_id AND s.lifted_at IS NULL
                 ORDER BY s.service_id DESC, s.id DESC LIMIT 1) > l.created_at - interval '15 minutes', false) AS suppressed_since
FROM claimed l
LEFT JOIN LATERAL (
    SELECT sealed FROM notification_contents
    WHERE purge_on = l.purge_on AND service_id = l.service_id AND notification_id = l.notification_id OFFSET 0
) c ON true
ORDER BY l.lane, l.notification_id
