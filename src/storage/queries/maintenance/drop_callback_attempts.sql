-- $1 the first UTC day that is kept. One partition a call.
SELECT drop_oldest_partition('callback_attempts', $1::date) AS dropped
