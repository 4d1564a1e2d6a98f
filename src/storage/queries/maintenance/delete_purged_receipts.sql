-- Receipts of the journal that found no partition of their own and wait in the default one. $1 the local date of today.
DELETE FROM receipt_journal_default WHERE purge_on <= $1::date
