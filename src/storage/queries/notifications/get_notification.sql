-- $1 service, $2 id, $3 the local date of today: from its purge date on a message is as good as gone. So it is when the retention was made shorter and
-- apply_retention has yet to come by. What is under way is there until it is over.
SELECT n.id, n.template_id, n.template_version, n.key_type, n.channel, n.status, n.billable_units, n.international, n.created_at, n.sent_at,
       n.updated_at, n.client_reference, n.provider_response, n.provider_reference, n.sent_by, n.job_id, n.job_row_number, n.api_key_id, n.scheduled_for,
       u.name AS created_by_name, c.sealed
FROM notifications n
JOIN notification_contents c ON c.purge_on = n.purge_on AND c.service_id = n.service_id AND c.notification_id = n.id
LEFT JOIN users u ON u.id = n.created_by_id
WHERE n.service_id = $1::uuid AND n.id = $2::uuid
  AND (n.status IN (1, 2, 3) OR (n.purge_on > $3::date AND n.local_date >= $3::date
       - (SELECT ARRAY[s.retention_days_email, s.retention_days_sms] FROM services s WHERE s.id = $1::uuid)[n.channel]))
