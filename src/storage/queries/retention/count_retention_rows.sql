-- How many rows go by the rules that have no partitions, each counted up to $1. $2 the last local day, $3 Idempotency-Keys of before, $4 keys revoked
-- before, $5 suppressions lifted before, $6 the moments before which jobs go, by their days of retention from 3 on.
SELECT 'received_texts' AS name, count(*) AS rows FROM (SELECT FROM inbound_sms WHERE purge_on <= $2::date LIMIT $1::int8) t
UNION ALL
SELECT 'idempotency_keys', count(*) FROM (SELECT FROM idempotency_keys WHERE created_at < $3::timestamptz LIMIT $1::int8) t
UNION ALL
SELECT 'dead_secrets', count(*)
FROM (SELECT FROM api_keys WHERE expiry_date < $4::timestamptz AND secret_sealed <> '' LIMIT $1::int8) t
UNION ALL
SELECT 'lifted_suppressions', count(*) FROM (SELECT FROM suppressions WHERE lifted_at < $5::timestamptz LIMIT $1::int8) t
UNION ALL
SELECT 'job_files', count(*)
FROM (
    SELECT FROM jobs j JOIN services s ON s.id = j.service_id
    WHERE j.archived_at IS NULL AND j.status NOT IN ('pending', 'in progress', 'scheduled')
      AND coalesce(j.scheduled_for, j.created_at) < ($6::timestamptz[])[1]
      AND coalesce(j.scheduled_for, j.created_at)
          < ($6::timestamptz[])[CASE j.channel WHEN 1 THEN s.retention_days_email ELSE s.retention_days_sms END - 2]
    LIMIT $1::int8
) t
