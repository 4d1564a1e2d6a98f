-- Of archived lists, the files that are still to go, oldest first. $1, $2 behind this moment and id, $3 how many at most.
SELECT service_id, id, archived_at FROM contact_lists
WHERE archived_at IS NOT NULL AND file_removed_at IS NULL
  AND (archived_at, id) > ($1::timestamptz, $2::uuid)
ORDER BY archived_at, id
LIMIT $3::int4
