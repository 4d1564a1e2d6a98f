-- Gives a number that is in stock to a service, or back ($2 null). $1 number, $2 service, $3 now. Since `updated_at` it has been whose it is
-- (receive_inbound_sms): giving it to whoever has it changes nothing.
UPDATE inbound_numbers
SET service_id = $2::uuid, updated_at = CASE WHEN service_id IS DISTINCT FROM $2::uuid THEN $3::timestamptz ELSE updated_at END
WHERE number = $1::text AND (service_id IS NULL OR $2::uuid IS NULL OR service_id = $2::uuid)
RETURNING number
