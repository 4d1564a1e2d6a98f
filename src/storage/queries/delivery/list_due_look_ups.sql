-- Messages whose receipt is overdue: the provider is asked. Pushes the next question out, so that two workers do not ask at once.
-- $1 now, $2 the most, $3 when to ask again.
WITH due AS (
    SELECT provider, reference FROM awaiting_receipts
    WHERE look_up_at <= $1::timestamptz
    ORDER BY look_up_at LIMIT $2::int4
    FOR UPDATE SKIP LOCKED
),
pushed AS (
    UPDATE awaiting_receipts a SET look_up_at = $3::timestamptz
    FROM due d WHERE a.provider = d.provider AND a.reference = d.reference
    RETURNING a.provider, a.reference, a.service_id, a.notification_id
)
SELECT p.provider, p.reference, p.notification_id, n.sent_at
FROM pushed p JOIN notifications n ON n.service_id = p.service_id AND n.id = p.notification_id
