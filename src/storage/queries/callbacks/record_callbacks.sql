-- What became of a batch of calls, and of the endpoints that were called. One array element a call: $1 service, $2 type, $3 subject, $4 fence,
-- $5 answer (1 taken, 2 failed: may be tried again, 3 refused: not again, 4 there was nothing to call or to
-- tell, 5 it is not the endpoint's fault: again later), $6 attempt, $7 whether it was
-- the probe of a pause (1), $8 notification, $9 status of HTTP, $10 milliseconds, $11 detail.
-- $12 now, for what is told to people, $13 the most attempts, $14 seconds between them. An endpoint is paused when it fails for $16 seconds and did
-- so $15 times in a row, or has used up the attempts of a callback (a quiet service would lose it long before the tenth failure); probed after $17
-- seconds, then each time after twice as long, up to $18. While it is paused no attempt is used up and nothing is given up; one success ends the
-- pause.
-- Only the newest claim counts (fence). Rows are locked in the order of their keys, tasks before endpoints, so that two processes never wait for
-- each other both ways. An endpoint that does well is not written.
WITH input AS (
    SELECT *, probe = 1 AS is_probe
    FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::int8[], $5::int2[], $6::int2[], $7::int2[], $8::uuid[], $9::int2[], $10::int4[],
                $11::text[])
        AS t (service_id, callback_type, subject_id, fence, answer, attempt, probe, notification_id, status, milliseconds, detail)
),
held AS MATERIALIZED (
    SELECT i.*
    FROM input i JOIN callback_tasks t USING (service_id, callback_type, subject_id, fence)
    ORDER BY t.service_id, t.callback_type, t.subject_id
    FOR UPDATE OF t
),
heard AS MATERIALIZED (
    SELECT service_id, callback_type, bool_or(answer = 1) AS is_well, (count(*) FILTER (WHERE answer = 2))::int4 AS failed,
           bool_or(answer = 2 AND attempt >= $13::int2) AS used_up,
           bool_or(is_probe AND answer IN (2, 3, 5)) AS probe_failed, bool_or(is_probe AND answer = 4) AS probe_was_void
    FROM held GROUP BY service_id, callback_type
),
endpoint AS (
    SELECT h.*, s.failures, s.failing_since, s.paused_since, s.probes
    FROM heard h JOIN service_callbacks s USING (service_id, callback_type)
    WHERE h.failed > 0 OR h.probe_failed OR h.probe_was_void OR (h.is_well AND (s.failures > 0 OR s.paused_since IS NOT NULL))
    ORDER BY s.service_id, s.callback_type
    FOR UPDATE OF s
),
state AS (
    SELECT e.*,
           CASE WHEN is_well THEN NULL
                WHEN paused_since IS NOT NULL THEN paused_since
                WHEN (failures + failed >= $15::int4 OR used_up) AND failing_since <= now() - make_interval(secs => $16::float8) THEN now()
           END AS new_pause,
           CASE WHEN paused_since IS NULL THEN 0 ELSE least(probes + (probe_failed AND NOT is_well)::int4, 30) END AS new_probes
    FROM endpoint e
),
judged AS (
    UPDATE service_callbacks s
    SET failures = CASE WHEN e.is_well THEN 0 ELSE e.failures + e.failed END,
        failing_since = CASE WHEN e.is_well THEN NULL WHEN e.failed > 0 THEN coalesce(e.failing_since, now()) ELSE e.failing_since END,
        paused_since = e.new_pause,
        probes = CASE WHEN e.new_pause IS NULL THEN 0 ELSE e.new_probes END,
        probe_at = CASE WHEN e.new_pause IS NULL THEN NULL
                        WHEN e.probe_was_void THEN now()
                        WHEN e.paused_since IS NULL OR e.probe_failed
                        THEN now() + make_interval(secs => least($18::float8, $17::float8 * power(2, e.new_probes)))
                        ELSE s.probe_at END,
        resumed_at = CASE WHEN e.is_well AND e.paused_since IS NOT NULL THEN now() ELSE s.resumed_at END
    FROM state e
    WHERE s.service_id = e.service_id AND s.callback_type = e.callback_type
    RETURNING s.service_id, s.callback_type, e.new_pause IS NOT NULL AS is_paused, e.new_pause IS NOT NULL AND e.paused_since IS NULL AS has_paused,
              e.new_pause IS NULL AND e.paused_since IS NOT NULL AS has_resumed
),
decided AS MATERIALIZED (
    SELECT h.*, coalesce(j.has_paused, false) AS has_paused, coalesce(j.has_resumed, false) AS has_resumed,
           (CASE WHEN h.answer = 1 THEN 1
                 WHEN h.answer = 4 THEN 3
                 WHEN j.is_paused AND (h.answer = 2 OR h.is_probe) THEN 4
                 WHEN h.answer IN (2, 5) AND h.attempt < $13::int2 THEN 2
                 ELSE 3 END)::int2 AS outcome
    FROM held h LEFT JOIN judged j USING (service_id, callback_type)
),
ended AS (
    DELETE FROM callback_tasks t USING decided d
    WHERE t.service_id = d.service_id AND t.callback_type = d.callback_type AND t.subject_id = d.subject_id AND d.outcome IN (1, 3)
),
again AS (
    UPDATE callback_tasks t
    SET run_at = CASE d.outcome WHEN 2 THEN now() + make_interval(secs => $14::float8) ELSE now() END,
        attempt = CASE d.outcome WHEN 2 THEN d.attempt + 1 ELSE d.attempt END
    FROM decided d
    WHERE t.service_id = d.service_id AND t.callback_type = d.callback_type AND t.subject_id = d.subject_id AND d.outcome IN (2, 4)
),
noted AS (
    INSERT INTO notification_events (at, service_id, notification_id, kind, attempt, detail)
    SELECT $12::timestamptz, service_id, subject_id, CASE outcome WHEN 1 THEN 8 WHEN 3 THEN 10 ELSE 9 END, attempt, nullif(detail, '')
    FROM decided WHERE callback_type = 'delivery_status'
),
logged AS (
    INSERT INTO callback_attempts (at, service_id, callback_type, subject_id, notification_id, attempt, outcome, status, milliseconds, detail)
    SELECT $12::timestamptz, service_id, callback_type, subject_id, notification_id, attempt, outcome, nullif(status, 0), milliseconds, nullif(detail, '')
    FROM decided
)
SELECT service_id, callback_type, subject_id, outcome, has_paused, has_resumed FROM decided
