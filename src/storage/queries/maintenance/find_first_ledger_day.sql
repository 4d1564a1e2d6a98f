-- The earliest day that anything is counted on; NULL while there is none.
SELECT min(local_date) AS day FROM ledger
