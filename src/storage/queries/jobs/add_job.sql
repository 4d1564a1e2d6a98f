-- A new job, in line from now on or from its schedule on. Nothing when the service has a job of that id.
-- $1 service, $2 id, $3 file name, $4 object, $5 original job, $6 template, $7 version, $8 channel, $9 key type, $10 key, $11 author, $12 sender,
-- $13 contact list, $14 rows, $15 schedule, $16 now, $17 rows a second or null.
INSERT INTO jobs (service_id, id, original_file_name, object_key, original_job_id, template_id, template_version, channel, key_type, api_key_id,
                  created_by_id, sender_id, contact_list_id, notification_count, status, scheduled_for, created_at, claim_at,
                  rows_per_second)
VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::uuid, $6::uuid, $7::int4, $8::int2, $9::int2, $10::uuid, $11::uuid, $12::uuid, $13::uuid,
        $14::int4, CASE WHEN $15::timestamptz IS NULL THEN 'pending' ELSE 'scheduled' END, $15::timestamptz, $16::timestamptz,
        coalesce($15::timestamptz, now()), $17::int4)
ON CONFLICT (service_id, id) DO NOTHING
RETURNING id
