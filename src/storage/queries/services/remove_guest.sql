DELETE FROM service_guest_list WHERE service_id = $1::uuid AND channel = $2::int2 AND recipient = $3::text
