-- A message by its provider's reference, when the provider tells no id of ours. $1 provider, $2 reference, $3 and $4 ids between which it is.
-- No index holds references: rows lie in the order of their ids, and the caller knows about when the message was accepted (notifications_by_time).
SELECT service_id, id
FROM notifications
WHERE id >= $3::uuid AND id < $4::uuid AND provider_reference = $2::text AND sent_by = $1::text
ORDER BY id DESC LIMIT 1
