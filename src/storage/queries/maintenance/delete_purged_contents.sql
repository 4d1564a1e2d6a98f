-- What found no partition of its own and waits in the default one. $1 the local date of today, $2 the most.
DELETE FROM notification_contents_default WHERE (service_id, notification_id, purge_on) IN (
    SELECT service_id, notification_id, purge_on FROM notification_contents_default WHERE purge_on <= $1::date LIMIT $2::int4
)
