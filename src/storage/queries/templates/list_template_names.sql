-- Today's names, in any order. $1 service, $2 ids.
SELECT id, name FROM templates WHERE service_id = $1::uuid AND id = ANY ($2::uuid[])
