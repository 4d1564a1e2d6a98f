-- Partitions by day of these tables, with what they hold. $1 the tables. `rows` is null until the server has looked.
SELECT p.relname AS parent, c.relname AS name, to_date(right(c.relname, 8), 'YYYYMMDD') AS day,
       CASE WHEN c.reltuples >= 0 THEN c.reltuples::int8 END AS rows, pg_total_relation_size(c.oid) AS bytes
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
JOIN pg_class p ON p.oid = i.inhparent
WHERE i.inhparent = ANY (SELECT t::regclass FROM unnest($1::text[]) t) AND c.relname ~ '_[0-9]{8}$'
ORDER BY p.relname, c.relname
