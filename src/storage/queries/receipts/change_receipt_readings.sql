-- What today's mapping makes of events. $1 purge on, $2 ids, $3 readings.
UPDATE receipt_journal j SET reading = t.reading
FROM unnest($1::date[], $2::uuid[], $3::text[]) AS t (purge_on, id, reading)
WHERE j.purge_on = t.purge_on AND j.id = t.id
