-- $1 today. Contents are kept for as long as a service's retention has it, and the day after.
SELECT maintain_partitions($1::date, d.days) + maintain_callback_partitions($1::date) + maintain_receipt_partitions($1::date, d.days) AS made
FROM (SELECT greatest(max(days), 7) + 3 AS days FROM service_retention) d
