-- Which of those who wait have something to read. One array element each: $1 service, $2 numbers after this one, $3 written since. $4 up to this
-- number: a horizon, $5 written before. Answers with their places in the arrays, from 1. Across services: nothing of a message is told.
SELECT w.place
FROM unnest($1::uuid[], $2::int8[], $3::timestamptz[]) WITH ORDINALITY AS w (service_id, seq, since, place)
WHERE EXISTS (
    SELECT FROM notification_events e
    WHERE e.service_id = w.service_id AND e.status IS NOT NULL AND e.seq > w.seq AND e.seq <= $4::int8
      AND e.at >= w.since AND e.at < $5::timestamptz
    OFFSET 0
)
