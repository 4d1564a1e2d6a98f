-- Forgets suppressions that were lifted long ago: the recipient is written to again, so nothing is left to know. $1 lifted before, $2 the most.
DELETE FROM suppressions WHERE (service_id, id) IN (
    SELECT service_id, id FROM suppressions WHERE lifted_at < $1::timestamptz
    ORDER BY lifted_at LIMIT $2::int4
    FOR UPDATE SKIP LOCKED
)
