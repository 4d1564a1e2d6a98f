-- Messages whose receipt is overdue: the provider is asked. Claimed for a while, so that two workers do not ask at once; put_back_look_ups
-- follows. $1 now, $2 the most, $3 the end of the claim.
WITH due AS (
    SELECT provider, reference, look_up_at FROM awaiting_receipts
    WHERE look_up_at <= $1::timestamptz
    ORDER BY look_up_at LIMIT $2::int4
    FOR UPDATE SKIP LOCKED
),
claimed AS (
    UPDATE awaiting_receipts a SET look_up_at = $3::timestamptz
    FROM due d WHERE a.provider = d.provider AND a.reference = d.reference
    RETURNING a.provider, a.reference, a.notification_id, d.look_up_at AS due_at
)
SELECT provider, reference, notification_id, due_at FROM claimed ORDER BY due_at
