-- What found no partition of its own and waits in the default one. $1 the first UTC day that is kept.
DELETE FROM callback_attempts_default WHERE at < $1::date
