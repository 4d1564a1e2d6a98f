-- $1 the local date of today: contents, and receipts of the journal, whose purge_on has come are gone for the API already. One partition a call.
SELECT coalesce(drop_purged_day('notification_contents', $1::date), drop_purged_day('receipt_journal', $1::date)) AS dropped
