-- A new template and its version 1.
WITH made AS (
    INSERT INTO templates (id, service_id, version, channel, name, content, subject, priority, created_at, created_by_id)
    VALUES ($1::uuid, $2::uuid, 1, $3::int2, $4::text, $5::text, $6::text, $7::bool, $8::timestamptz, $9::uuid)
    RETURNING *
)
INSERT INTO template_versions (service_id, id, version, channel, name, content, subject, archived, hidden, priority, redact_personalisation,
                               created_at, updated_at, created_by_id)
SELECT service_id, id, version, channel, name, content, subject, archived, hidden, priority, redact_personalisation, created_at, updated_at,
       created_by_id
FROM made
