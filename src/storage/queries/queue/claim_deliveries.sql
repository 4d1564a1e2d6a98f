-- Claims messages to deliver and brings all that is needed to send them, in one round trip: lane by lane, service by service.
-- $1..$5: one element a (lane, service, channel) to look into: its lane, service, channel, cursor (ids after it) and the most to take.
-- $6 holder, another one for each claim (release_lost_claims), $7 seconds of the lease, by the clock of the server: see recover_expired_leases. $8 now.
-- The planner takes a LIMIT that is a parameter for a tenth of the table. So that a long queue does not turn the joins into scans of whole
-- tables, rows are deleted by their place (they are locked, and never updated), and OFFSET 0 keeps each look-up a probe of the key.
-- The cursor keeps a claim from reading again over dead rows that some open snapshot still keeps (13 times faster then).
WITH place AS (
    SELECT * FROM unnest($1::int2[], $2::uuid[], $3::int2[], $4::uuid[], $5::int4[]) AS t (lane, service_id, channel, cursor, quota)
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
leased AS (
    INSERT INTO queue_leases (service_id, notification_id, lane, channel, attempt, uncertain, fence, holder, lease_until)
    SELECT service_id, notification_id, lane, channel, attempt, uncertain, nextval('queue_fence'), $6::uuid,
           now() + make_interval(secs => $7::float8)
    FROM taken
    RETURNING service_id, notification_id, lane, channel, attempt, uncertain, fence
),
noted AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind, attempt)
    SELECT $8::timestamptz, service_id, notification_id, 2, attempt FROM leased
)
SELECT l.lane, l.service_id, l.notification_id, l.channel, l.attempt, l.uncertain, l.fence,
       n.template_id, n.template_version, n.key_type, n.international, c.sealed
FROM leased l
CROSS JOIN LATERAL (
    SELECT template_id, template_version, key_type, international, purge_on
    FROM notifications WHERE service_id = l.service_id AND id = l.notification_id OFFSET 0
) n
LEFT JOIN LATERAL (
    SELECT sealed FROM notification_contents
    WHERE purge_on = n.purge_on AND service_id = l.service_id AND notification_id = l.notification_id OFFSET 0
) c ON true
ORDER BY l.lane, l.notification_id
