-- Before another becomes the default: two at once are refused by email_reply_tos_one_default. $1 service, $2 now.
UPDATE email_reply_tos SET is_default = false, updated_at = $2::timestamptz WHERE service_id = $1::uuid AND is_default AND NOT archived
