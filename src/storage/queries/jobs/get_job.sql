-- $1 service, $2 id.
SELECT * FROM jobs WHERE service_id = $1::uuid AND id = $2::uuid
