-- What became of a batch of callbacks. One array element a callback: $1 service, $2 notification, $3 type, $4 fence, $5 event kind (8 told,
-- 9 again later, 10 given up), $6 attempt, $7 when to try again, $8 detail. $9 now. Only the newest claim counts (fence). Rows are locked in the
-- order of their key, so that two processes never wait for each other both ways.
WITH input AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int8[], $5::int2[], $6::int2[], $7::timestamptz[], $8::text[])
        AS t (service_id, notification_id, callback_type, fence, kind, attempt, retry_at, detail)
),
held AS (
    SELECT i.*
    FROM input i JOIN callback_tasks t USING (service_id, notification_id, callback_type, fence)
    ORDER BY t.service_id, t.notification_id, t.callback_type
    FOR UPDATE OF t
),
ended AS (
    DELETE FROM callback_tasks t USING held i
    WHERE t.service_id = i.service_id AND t.notification_id = i.notification_id AND t.callback_type = i.callback_type AND i.kind <> 9
    RETURNING i.service_id, i.notification_id, i.kind, i.attempt, i.detail
),
again AS (
    UPDATE callback_tasks t SET run_at = i.retry_at, attempt = i.attempt + 1
    FROM held i
    WHERE t.service_id = i.service_id AND t.notification_id = i.notification_id AND t.callback_type = i.callback_type AND i.kind = 9
    RETURNING i.service_id, i.notification_id, i.kind, i.attempt, i.detail
)
INSERT INTO notification_events (at, service_id, notification_id, kind, attempt, detail)
SELECT $9::timestamptz, service_id, notification_id, kind, attempt, nullif(detail, '')
FROM (SELECT * FROM ended UNION ALL SELECT * FROM again) e
