-- As list_stale_contents. A key is "id purge_on" of the journal; there is no service.
SELECT '00000000-0000-0000-0000-000000000000'::uuid AS service_id, id || ' ' || purge_on AS key, id AS owner, sealed
FROM receipt_journal
WHERE (id, purge_on) > (split_part($3::text, ' ', 1)::uuid, split_part($3::text, ' ', 2)::date)
  AND substring(sealed FROM 2 FOR 2) <> $1::bytea AND $2::uuid IS NOT NULL
ORDER BY receipt_journal.id, purge_on
LIMIT $4::int4
