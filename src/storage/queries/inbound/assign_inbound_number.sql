-- Gives a number that is in stock to a service, or back ($2 null). $1 number, $2 service, $3 now.
UPDATE inbound_numbers SET service_id = $2::uuid, updated_at = $3::timestamptz
WHERE number = $1::text AND (service_id IS NULL OR $2::uuid IS NULL OR service_id = $2::uuid)
RETURNING number
