-- Whether this connection leads: it has the lock, or gets it now. Until the transaction ends. $1 the lock. The server lets go of a host that
-- has gone without a word after ten seconds, and of the lock with it.
SELECT pg_try_advisory_xact_lock($1::int8) AS leads,
       set_config('tcp_keepalives_idle', '3', true) || set_config('tcp_keepalives_interval', '2', true) ||
       set_config('tcp_keepalives_count', '3', true) || set_config('tcp_user_timeout', '10000', true) AS watched
