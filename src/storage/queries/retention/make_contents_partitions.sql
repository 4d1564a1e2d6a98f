-- $1 today, in UTC, $2 how many days of contents there have to be from then on. A few more at a time: while one is made, everybody waits.
SELECT maintain_partitions($1::date, $2::int4) AS made
