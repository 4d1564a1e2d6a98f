SELECT channel, recipient FROM service_guest_list WHERE service_id = $1::uuid ORDER BY channel, recipient
