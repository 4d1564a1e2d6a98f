-- Takes callbacks whose time has come, a share of each endpoint (a service and a type), with all that is to be told, and pushes their time out
-- by a lease, so that a worker that dies is followed by another. The clock is the server's: see recover_expired_leases.
-- $1 the most, $2 seconds of the lease, $3 the most of one endpoint, $4 to $6 endpoints with calls under way, and how many, $7 and $8 the endpoint
-- after which the rotation begins, $9 failures in a row after which an endpoint is called one at a time, $10 seconds after a pause for each
-- further call at once.
-- A paused endpoint has a share only when its probe is due, and one claim alone gets it. Probes are few and go before all else; one that was
-- not taken stays due.
-- An endpoint is found by a probe of the index, however much waits for others. Rows are updated by their place: see claim_deliveries.
WITH RECURSIVE owed AS (
    (SELECT service_id, callback_type FROM callback_tasks ORDER BY service_id, callback_type LIMIT 1)
    UNION ALL
    SELECT n.service_id, n.callback_type
    FROM owed o
    CROSS JOIN LATERAL (
        SELECT t.service_id, t.callback_type FROM callback_tasks t
        WHERE (t.service_id, t.callback_type) > (o.service_id, o.callback_type)
        ORDER BY t.service_id, t.callback_type LIMIT 1
    ) n
),
probing AS MATERIALIZED (
    SELECT s.service_id, s.callback_type
    FROM service_callbacks s
    WHERE s.paused_since IS NOT NULL AND s.probe_at <= now()
      AND EXISTS (SELECT FROM callback_tasks t
                  WHERE t.service_id = s.service_id AND t.callback_type = s.callback_type AND t.run_at <= now())
    ORDER BY s.service_id, s.callback_type
    FOR UPDATE OF s SKIP LOCKED
),
share AS (
    SELECT o.service_id, o.callback_type,
           greatest(0, CASE WHEN s.paused_since IS NOT NULL THEN (p.service_id IS NOT NULL)::int4
                            WHEN s.failures >= $9::int4 THEN 1
                            WHEN s.resumed_at IS NULL THEN $3::int4
                            ELSE least($3::int4, 1 + floor(extract(epoch FROM now() - s.resumed_at) / $10::float8))
                       END - coalesce(u.under_way, 0))::int4 AS quota
    FROM owed o
    LEFT JOIN service_callbacks s USING (service_id, callback_type)
    LEFT JOIN probing p USING (service_id, callback_type)
    LEFT JOIN unnest($4::uuid[], $5::text[], $6::int4[]) AS u (service_id, callback_type, under_way) USING (service_id, callback_type)
    ORDER BY p.service_id IS NULL, (o.service_id, o.callback_type) <= ($7::uuid, $8::text), o.service_id, o.callback_type
),
due AS (
    SELECT q.place
    FROM share s
    CROSS JOIN LATERAL (
        SELECT t.ctid AS place FROM callback_tasks t
        WHERE t.service_id = s.service_id AND t.callback_type = s.callback_type AND t.run_at <= now()
        ORDER BY t.run_at LIMIT s.quota
        FOR UPDATE SKIP LOCKED
    ) q
    WHERE s.quota > 0
    LIMIT $1::int4
),
taken AS (
    UPDATE callback_tasks SET run_at = now() + make_interval(secs => $2::float8), fence = nextval('queue_fence')
    WHERE ctid = ANY (ARRAY(SELECT place FROM due))
    RETURNING service_id, callback_type, subject_id, attempt, fence
),
probed AS (
    UPDATE service_callbacks s SET probe_at = now() + make_interval(secs => $2::float8)
    FROM probing p
    WHERE s.service_id = p.service_id AND s.callback_type = p.callback_type
      AND EXISTS (SELECT FROM taken t WHERE t.service_id = p.service_id AND t.callback_type = p.callback_type)
)
SELECT t.service_id, t.callback_type, t.subject_id, t.attempt, t.fence, s.url, s.secrets_sealed, s.paused_since IS NOT NULL AS is_probe,
       coalesce(v.active, false) AS service_active,
       coalesce(n.id, p.notification_id) AS notification_id, n.status, n.channel, n.template_id, n.template_version, n.client_reference, n.created_at, n.sent_at,
       n.updated_at, c.sealed, p.complained_at, i.notify_number, i.sealed AS inbound_sealed, coalesce(i.provider_date, i.created_at) AS received_at
FROM taken t
LEFT JOIN LATERAL (SELECT * FROM services WHERE id = t.service_id OFFSET 0) v ON true
LEFT JOIN LATERAL (SELECT * FROM service_callbacks WHERE service_id = t.service_id AND callback_type = t.callback_type OFFSET 0) s ON true
LEFT JOIN LATERAL (
    SELECT * FROM complaints WHERE service_id = t.service_id AND id = t.subject_id AND t.callback_type = 'complaint' OFFSET 0
) p ON true
LEFT JOIN LATERAL (
    SELECT * FROM inbound_sms WHERE service_id = t.service_id AND id = t.subject_id AND t.callback_type = 'inbound_sms' OFFSET 0
) i ON true
LEFT JOIN LATERAL (
    SELECT * FROM notifications
    WHERE service_id = t.service_id
      AND id = CASE t.callback_type WHEN 'delivery_status' THEN t.subject_id WHEN 'complaint' THEN p.notification_id END
    OFFSET 0
) n ON true
LEFT JOIN LATERAL (
    SELECT sealed FROM notification_contents
    WHERE purge_on = n.purge_on AND service_id = n.service_id AND notification_id = n.id OFFSET 0
) c ON true
ORDER BY (t.service_id, t.callback_type) <= ($7::uuid, $8::text), t.service_id, t.callback_type, t.fence
