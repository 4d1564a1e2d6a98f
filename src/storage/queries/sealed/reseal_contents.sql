-- Puts re-sealed bytes in the place of those they were made from; a row that changed meanwhile is left. $1 service, $2 key, $3 old, $4 new.
UPDATE notification_contents c SET sealed = i.new_bytes
FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[]) AS i (service_id, key, old_bytes, new_bytes)
WHERE c.purge_on = split_part(i.key, ' ', 2)::date AND c.service_id = i.service_id
  AND c.notification_id = split_part(i.key, ' ', 1)::uuid AND c.sealed = i.old_bytes
