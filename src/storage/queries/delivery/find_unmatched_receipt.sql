-- A receipt that came for this message although no hand-off of it was recorded; a final one before others. $1 notification.
SELECT provider, reference, notification_id, status, provider_response, at
FROM unmatched_receipts WHERE notification_id = $1::uuid
ORDER BY status IN (2, 3), id LIMIT 1
