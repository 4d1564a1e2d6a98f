-- What found no partition of its own and waits in the default one. $1 the local date of today.
DELETE FROM notification_contents_default WHERE purge_on <= $1::date
