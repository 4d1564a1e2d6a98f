-- A new version. $1 service, $2 id, $3 name, $4 content, $5 subject, $6 archived, $7 now, $8 author, $9 priority.
WITH changed AS (
    UPDATE templates
    SET version = version + 1, name = $3::text, content = $4::text, subject = $5::text, archived = $6::bool, updated_at = $7::timestamptz,
        priority = $9::bool,
        created_by_id = coalesce($8::uuid, created_by_id)
    WHERE service_id = $1::uuid AND id = $2::uuid
    RETURNING *
)
INSERT INTO template_versions (service_id, id, version, channel, name, content, subject, archived, hidden, priority, redact_personalisation,
                               created_at, updated_at, created_by_id)
SELECT service_id, id, version, channel, name, content, subject, archived, hidden, priority, redact_personalisation, created_at, updated_at,
       created_by_id
FROM changed
RETURNING version
