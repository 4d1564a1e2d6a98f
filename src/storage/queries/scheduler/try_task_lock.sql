-- Whether this connection may run the task $1: it gets its lock now, until unlock_task or the end of the connection. As in try_leadership, a
-- host that is gone loses it within seconds.
SELECT pg_try_advisory_lock(hashtextextended('herald task ' || $1::text, 0)) AS locked,
       set_config('tcp_keepalives_idle', '3', false) || set_config('tcp_keepalives_interval', '2', false) ||
       set_config('tcp_keepalives_count', '3', false) || set_config('tcp_user_timeout', '10000', false) AS watched
