-- Whether this connection leads: it has the lock, or gets it now. Until the transaction ends. $1 the lock.
SELECT pg_try_advisory_xact_lock($1::int8) AS leads
