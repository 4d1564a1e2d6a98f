-- Looks at receipts that nobody awaited, those whose time has come: takes out what is awaited by now, to be applied again, and what is too old.
-- The others are looked at again, each after as long as it has waited already, ten minutes at the most. $1 now, $2 too old when received before,
-- $3 the most to look at. `looked_at` is in every row, and there is one row at least.
WITH due AS (
    SELECT u.id, u.received_at < $2::timestamptz AS expired,
           EXISTS (SELECT FROM awaiting_receipts a WHERE a.provider = u.provider AND a.reference = u.reference) AS awaited
    FROM unmatched_receipts u
    WHERE u.look_at <= $1::timestamptz
    ORDER BY u.look_at LIMIT $3::int4
    FOR UPDATE OF u SKIP LOCKED
),
taken AS (
    DELETE FROM unmatched_receipts u USING due d
    WHERE u.id = d.id AND (d.awaited OR d.expired)
    RETURNING u.id, u.provider, u.reference, u.notification_id, u.status, u.provider_response, u.at, d.awaited
),
put_off AS (
    UPDATE unmatched_receipts u
    SET look_at = $1::timestamptz + least(greatest($1::timestamptz - u.received_at, interval '1 second'), interval '10 minutes')
    FROM due d
    WHERE u.id = d.id AND NOT (d.awaited OR d.expired)
)
SELECT l.looked_at, t.provider, t.reference, t.notification_id, t.status, t.provider_response, t.at, t.awaited
FROM (SELECT count(*) AS looked_at FROM due) l LEFT JOIN taken t ON true
ORDER BY t.id
