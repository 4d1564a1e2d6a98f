-- What people are shown of messages besides what their service reads, in any order. $1 service, $2 ids.
SELECT n.id, n.created_by_id, k.name AS api_key_name, n.phone_prefix, n.rate_multiplier
FROM notifications n
LEFT JOIN api_keys k ON k.id = n.api_key_id AND k.service_id = n.service_id
WHERE n.service_id = $1::uuid AND n.id = ANY ($2::uuid[])
