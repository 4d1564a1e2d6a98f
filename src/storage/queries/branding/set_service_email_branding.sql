-- $1 service, $2 branding or null, $3 now.
UPDATE services SET email_branding_id = $2::uuid, version = version + 1, updated_at = $3::timestamptz WHERE id = $1::uuid
