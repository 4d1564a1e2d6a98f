-- $1 the local date of today: contents, and receipts of the journal, whose purge_on has come. One partition a call.
SELECT coalesce(drop_oldest_partition('notification_contents', $1::date + 1), drop_oldest_partition('receipt_journal', $1::date + 1)) AS dropped
