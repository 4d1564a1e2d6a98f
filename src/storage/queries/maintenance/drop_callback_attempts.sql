-- $1 the first UTC day that is kept. One partition a call.
SELECT drop_callback_attempts($1::date) AS dropped
