-- As reseal_contents. $1 nobody, $2 key, $3 old, $4 new.
UPDATE receipt_journal j SET sealed = i.new_bytes
FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[]) AS i (service_id, key, old_bytes, new_bytes)
WHERE j.purge_on = split_part(i.key, ' ', 2)::date AND j.id = split_part(i.key, ' ', 1)::uuid AND j.sealed = i.old_bytes
