-- Keeps events as they came. $1 purge on, $2 ids, $3 providers, $4 kinds, $5 sent at, $6 received at, $7 readings, $8 sealed.
INSERT INTO receipt_journal (purge_on, id, provider, kind, sent_at, received_at, reading, sealed)
SELECT $1::date, t.id, t.provider, t.kind, t.sent_at, $6::timestamptz, t.reading, t.sealed
FROM unnest($2::uuid[], $3::text[], $4::int2[], $5::timestamptz[], $7::text[], $8::bytea[]) AS t (id, provider, kind, sent_at, reading, sealed)
