-- How many rows each key of the ring seals, by place.
SELECT 'contents of messages' AS place, get_byte(sealed, 1) * 256 + get_byte(sealed, 2) AS key_id, count(*) AS rows
FROM notification_contents GROUP BY 2
UNION ALL
SELECT 'API keys', get_byte(secret_sealed, 1) * 256 + get_byte(secret_sealed, 2), count(*)
FROM api_keys WHERE secret_sealed <> '' GROUP BY 2
UNION ALL
SELECT 'callback secrets', get_byte(secrets_sealed, 1) * 256 + get_byte(secrets_sealed, 2), count(*) FROM service_callbacks GROUP BY 2
UNION ALL
SELECT 'idempotency answers', get_byte(response_sealed, 1) * 256 + get_byte(response_sealed, 2), count(*)
FROM idempotency_keys WHERE response_sealed IS NOT NULL GROUP BY 2
UNION ALL
SELECT 'received texts', get_byte(sealed, 1) * 256 + get_byte(sealed, 2), count(*) FROM inbound_sms GROUP BY 2
UNION ALL
SELECT 'receipts', get_byte(sealed, 1) * 256 + get_byte(sealed, 2), count(*) FROM receipt_journal GROUP BY 2
UNION ALL
SELECT 'suppressions', get_byte(recipient_sealed, 1) * 256 + get_byte(recipient_sealed, 2), count(*)
FROM suppressions WHERE recipient_sealed IS NOT NULL GROUP BY 2
ORDER BY 1, 2
