-- Rows sealed with another key than the current one, by key. $1 the current key's id (2 bytes), $2 and $3 service and key after which to go on,
-- $4 the most. A key is "notification_id purge_on": in the order of the primary key, so each page begins where the last one ended.
SELECT service_id, notification_id || ' ' || purge_on AS key, notification_id AS owner, sealed
FROM notification_contents
WHERE (service_id, notification_id, purge_on)
      > ($2::uuid, split_part($3::text, ' ', 1)::uuid, split_part($3::text, ' ', 2)::date)
  AND substring(sealed FROM 2 FOR 2) <> $1::bytea
ORDER BY notification_contents.service_id, notification_id, purge_on
LIMIT $4::int4
