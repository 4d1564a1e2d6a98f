-- A receipt that came for this message although no hand-off of it was recorded; a final one before others. $1 provider, $2 notification.
SELECT provider, reference, notification_id, status, provider_response, at
FROM unmatched_receipts WHERE provider = $1::text AND notification_id = $2::uuid
ORDER BY status IN (2, 3), id LIMIT 1
