-- Events in the order in which they came. $1 the id behind which to go on (at first the least of a moment), $2 the id before which they end,
-- $3 provider or null, $4 page size. Ids are times, so a page is a probe of each day's index.
SELECT purge_on, id, provider, kind, sent_at, received_at, reading, sealed
FROM receipt_journal
WHERE id > $1::uuid AND id < $2::uuid AND ($3::text IS NULL OR provider = $3::text)
ORDER BY id LIMIT $4::int4
