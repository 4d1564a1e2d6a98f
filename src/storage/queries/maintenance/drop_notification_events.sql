-- $1 the first UTC day that is kept. One partition a call.
SELECT drop_oldest_partition('notification_events', $1::date) AS dropped
