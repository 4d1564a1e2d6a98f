-- How much is queued in each lane, counted up to $1 and no further, and the message there that was accepted first: one probe for each place that
-- ever had something. `uncertain`: in all lanes, those that wait because nobody knows whether an attempt of theirs went out; of the first $1.
SELECT l.lane, d.depth, o.oldest,
       (SELECT count(*) FROM (SELECT r.uncertain FROM queue_retries r LIMIT $1::int4) r WHERE r.uncertain) AS uncertain
FROM unnest(ARRAY[1, 2, 3, 4]::int2[]) AS l (lane)
CROSS JOIN LATERAL (
    SELECT count(*) AS depth FROM (SELECT FROM queue_ready r WHERE r.lane = l.lane LIMIT $1::int4) r
) d
LEFT JOIN LATERAL (
    SELECT q.oldest
    FROM queue_services s
    CROSS JOIN unnest(ARRAY[1, 2]::int2[]) AS c (channel)
    CROSS JOIN LATERAL (
        SELECT r.notification_id AS oldest FROM queue_ready r
        WHERE r.lane = s.lane AND r.service_id = s.service_id AND r.channel = c.channel
        ORDER BY r.notification_id LIMIT 1
    ) q
    WHERE s.lane = l.lane
    ORDER BY q.oldest LIMIT 1
) o ON true
ORDER BY l.lane
