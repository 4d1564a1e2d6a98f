-- Takes callbacks whose time has come and pushes their time out by a lease, so that a worker that dies is followed by another.
-- $1 now, $2 the most, $3 lease end.
WITH due AS (
    SELECT service_id, notification_id, callback_type FROM callback_tasks
    WHERE run_at <= $1::timestamptz
    ORDER BY run_at LIMIT $2::int4
    FOR UPDATE SKIP LOCKED
),
taken AS (
    UPDATE callback_tasks t SET run_at = $3::timestamptz, fence = nextval('queue_fence')
    FROM due d
    WHERE t.service_id = d.service_id AND t.notification_id = d.notification_id AND t.callback_type = d.callback_type
    RETURNING t.service_id, t.notification_id, t.callback_type, t.attempt, t.fence
)
SELECT t.service_id, t.notification_id, t.callback_type, t.attempt, t.fence, s.url, s.bearer_token_sealed,
       n.status, n.channel, n.template_id, n.template_version, n.client_reference, n.created_at, n.sent_at, n.updated_at, c.sealed
FROM taken t
LEFT JOIN service_callbacks s ON s.service_id = t.service_id AND s.callback_type = t.callback_type
LEFT JOIN notifications n ON n.service_id = t.service_id AND n.id = t.notification_id
LEFT JOIN notification_contents c ON c.purge_on = n.purge_on AND c.service_id = n.service_id AND c.notification_id = n.id
