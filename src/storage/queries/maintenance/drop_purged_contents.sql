-- $1 the local date of today: contents, and receipts of the journal, whose purge_on has come. One partition a call.
SELECT coalesce(drop_purged_contents($1::date), drop_purged_receipts($1::date)) AS dropped
