-- A receipt that came for this message although no hand-off of it was recorded. $1 provider, $2 notification.
SELECT reference FROM unmatched_receipts WHERE provider = $1::text AND notification_id = $2::uuid ORDER BY id LIMIT 1
