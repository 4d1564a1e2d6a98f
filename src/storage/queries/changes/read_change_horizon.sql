-- How far the change feed may be read, and whose history this is. The newest mark all of whose predecessors have ended; nothing is marked anew.
-- `lineage`: the cluster, its timeline, the database and the table. It is another one after a restore, a failover or a new cluster: numbers may begin
-- anew there. `drawn`: the last number that anybody has drawn. `kept_since`: the first UTC day whose events are kept, NULL when all are in the default
-- partition. Marks of transactions to come are from before a restore, and say nothing.
SELECT now() AS at,
       (SELECT system_identifier::text FROM pg_control_system()) || '.' || left(pg_walfile_name(pg_current_wal_lsn()), 8) || '.'
           || (SELECT oid FROM pg_database WHERE datname = current_database()) || '.' || 'notification_events'::regclass::oid AS lineage,
       (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM notification_event_seq) AS drawn,
       (SELECT max(m.seq) FROM change_marks m WHERE m.xid < s.begun) AS marked,
       settled.seq AS settled, settled.at AS settled_at,
       (SELECT min(m.at) FROM change_marks m WHERE m.xid < s.begun AND m.seq > coalesce(settled.seq, 0)) AS waiting_since,
       (SELECT min(to_date(right(c.relname, 8), 'YYYYMMDD'))
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'notification_events'::regclass AND c.relname ~ '^notification_events_[0-9]{8}$') AS kept_since
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS oldest_running, pg_snapshot_xmax(pg_current_snapshot()) AS begun) s
LEFT JOIN LATERAL (
    SELECT m.seq, m.at FROM change_marks m WHERE m.xid <= s.oldest_running ORDER BY m.seq DESC LIMIT 1
) settled ON true
