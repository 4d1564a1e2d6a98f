-- Takes callbacks whose time has come, a share of each service, and pushes their time out by a lease, so that a worker that dies is followed
-- by another. $1 now, $2 the most, $3 lease end, $4 the most of one service, $5 and $6 services with callbacks under way and how many,
-- $7 the service after which the rotation begins.
WITH RECURSIVE owed AS (
    (SELECT service_id FROM callback_tasks ORDER BY service_id LIMIT 1)
    UNION ALL
    SELECT (SELECT t.service_id FROM callback_tasks t WHERE t.service_id > o.service_id ORDER BY t.service_id LIMIT 1)
    FROM owed o WHERE o.service_id IS NOT NULL
),
share AS (
    SELECT o.service_id, greatest(0, $4::int4 - coalesce(u.under_way, 0)) AS quota
    FROM owed o LEFT JOIN unnest($5::uuid[], $6::int4[]) AS u (service_id, under_way) USING (service_id)
    WHERE o.service_id IS NOT NULL
    ORDER BY o.service_id <= $7::uuid, o.service_id
),
due AS (
    SELECT q.service_id, q.notification_id, q.callback_type
    FROM share s
    CROSS JOIN LATERAL (
        SELECT t.service_id, t.notification_id, t.callback_type FROM callback_tasks t
        WHERE t.service_id = s.service_id AND t.run_at <= $1::timestamptz
        ORDER BY t.run_at LIMIT s.quota
        FOR UPDATE SKIP LOCKED
    ) q
    LIMIT $2::int4
),
taken AS (
    UPDATE callback_tasks t SET run_at = $3::timestamptz, fence = nextval('queue_fence')
    FROM due d
    WHERE t.service_id = d.service_id AND t.notification_id = d.notification_id AND t.callback_type = d.callback_type
    RETURNING t.service_id, t.notification_id, t.callback_type, t.attempt, t.fence
)
SELECT t.service_id, t.notification_id, t.callback_type, t.attempt, t.fence, s.url, s.bearer_token_sealed,
       coalesce(v.active, false) AS service_active, n.status, n.channel, n.template_id, n.template_version, n.client_reference,
       n.created_at, n.sent_at, n.updated_at, c.sealed
FROM taken t
JOIN notifications n ON n.service_id = t.service_id AND n.id = t.notification_id
LEFT JOIN services v ON v.id = t.service_id
LEFT JOIN service_callbacks s ON s.service_id = t.service_id AND s.callback_type = t.callback_type
LEFT JOIN notification_contents c ON c.purge_on = n.purge_on AND c.service_id = n.service_id AND c.notification_id = n.id
