-- When to ask again about messages that are still awaited. $1 providers, $2 references, $3 when. Rows are locked in the order of their key, as
-- record_receipts locks them.
WITH held AS (
    SELECT a.provider, a.reference, i.look_up_at
    FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS i (provider, reference, look_up_at)
    JOIN awaiting_receipts a ON a.provider = i.provider AND a.reference = i.reference
    ORDER BY a.provider, a.reference
    FOR UPDATE OF a
)
UPDATE awaiting_receipts a SET look_up_at = h.look_up_at
FROM held h WHERE a.provider = h.provider AND a.reference = h.reference
