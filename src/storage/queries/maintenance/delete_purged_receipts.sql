-- Receipts of the journal that found no partition of their own and wait in the default one. $1 the local date of today, $2 the most.
DELETE FROM receipt_journal_default WHERE (id, purge_on) IN (
    SELECT id, purge_on FROM receipt_journal_default WHERE purge_on <= $1::date LIMIT $2::int4
)
