-- The keys of processes that hold leases and whose lock nobody has. Only of holders whose name says that they keep one: version 8. The first 48 bits of
-- the name and a bit that no other advisory lock of ours has are the key (queue/presence.hpp).
WITH present AS MATERIALIZED (
    SELECT (classid::int8 << 32) | objid::int8 AS key FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
),
holding AS (
    SELECT DISTINCT ('x' || left(replace(holder::text, '-', ''), 12))::bit(48)::int8 | (1::int8 << 62) AS key
    FROM queue_leases WHERE substr(holder::text, 15, 1) = '8'
)
SELECT key FROM holding WHERE key NOT IN (SELECT key FROM present)
