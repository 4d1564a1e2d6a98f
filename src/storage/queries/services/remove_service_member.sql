DELETE FROM service_members WHERE service_id = $1::uuid AND user_id = $2::uuid
