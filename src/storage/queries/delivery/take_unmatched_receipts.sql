-- Receipts that may have found their message by now, to be applied again. $1 kept at least until, $2 drop what is older, $3 the most to take.
WITH picked AS (
    SELECT u.id FROM unmatched_receipts u
    WHERE u.received_at < $2::timestamptz
       OR (u.received_at <= $1::timestamptz
           AND EXISTS (SELECT FROM awaiting_receipts a WHERE a.provider = u.provider AND a.reference = u.reference))
    ORDER BY u.id LIMIT $3::int4
    FOR UPDATE SKIP LOCKED
)
DELETE FROM unmatched_receipts u USING picked p WHERE u.id = p.id
RETURNING u.provider, u.reference, u.notification_id, u.status, u.provider_response, u.at, u.received_at < $2::timestamptz AS expired
