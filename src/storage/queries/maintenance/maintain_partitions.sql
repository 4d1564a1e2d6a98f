-- $1 today. Contents are kept for as long as a service's retention has it, and the day after.
SELECT maintain_partitions($1::date, (SELECT coalesce(max(greatest(retention_days_email, retention_days_sms)), 7) + 3 FROM services))
       + maintain_callback_partitions($1::date) AS made
