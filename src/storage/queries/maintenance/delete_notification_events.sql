-- What found no partition of its own and waits in the default one. $1 the first UTC day that is kept, $2 the most.
DELETE FROM notification_events_default
WHERE ctid = ANY (ARRAY(SELECT ctid FROM notification_events_default WHERE at < $1::date LIMIT $2::int4))
