-- $1 service, $2 id, $3 file name, $4 rows, $5 channel, $6 who made it, $7 now. No row: there is one of that id.
INSERT INTO contact_lists (service_id, id, original_file_name, row_count, channel, created_by_id, created_at)
VALUES ($1::uuid, $2::uuid, $3::text, $4::int4, $5::int2, $6::uuid, $7::timestamptz)
ON CONFLICT (service_id, id) DO NOTHING
RETURNING id
