-- $1 today, $2 days of contents ahead.
SELECT maintain_partitions($1::date, $2::int4) AS made
