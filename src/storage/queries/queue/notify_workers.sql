-- Wakes the workers of other processes. $1 where they should look. Never inside a transaction that queues something.
SELECT pg_notify('herald_queue', $1::text)
