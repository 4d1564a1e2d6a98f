-- $1 those of messages that were handed over before.
DELETE FROM delivery_speeds WHERE minute < $1::timestamptz
