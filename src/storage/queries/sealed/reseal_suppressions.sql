-- As reseal_contents. $1 service, $2 key, $3 old, $4 new.
UPDATE suppressions t SET recipient_sealed = i.new_bytes
FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[]) AS i (service_id, key, old_bytes, new_bytes)
WHERE t.service_id = i.service_id AND t.id = i.key::uuid AND t.recipient_sealed = i.old_bytes
