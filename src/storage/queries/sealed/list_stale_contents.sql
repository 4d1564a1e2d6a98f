-- Rows sealed with another key than the current one, by key. $1 the current key's id (2 bytes), $2 and $3 service and key after which to go on,
-- $4 the most. A key is "purge_on notification_id".
SELECT service_id, purge_on || ' ' || notification_id AS key, notification_id AS owner, sealed
FROM notification_contents
WHERE (purge_on, service_id, notification_id)
      > (split_part($3::text, ' ', 1)::date, $2::uuid, split_part($3::text, ' ', 2)::uuid)
  AND substring(sealed FROM 2 FOR 2) <> $1::bytea
ORDER BY purge_on, notification_contents.service_id, notification_id
LIMIT $4::int4
