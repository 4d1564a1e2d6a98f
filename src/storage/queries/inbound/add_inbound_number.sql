-- $1 number, $2 provider, $3 now. No row: it is there already.
INSERT INTO inbound_numbers (number, provider, created_at) VALUES ($1::text, $2::text, $3::timestamptz)
ON CONFLICT (number) DO NOTHING
RETURNING number
