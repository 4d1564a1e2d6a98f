-- Jobs whose queued messages are to be put aside, let go or ended. $1 the most. Others leave them alone for as long as a round may take.
WITH due AS (
    SELECT service_id, id FROM jobs WHERE tend_at <= now() ORDER BY tend_at LIMIT $1::int4 FOR UPDATE SKIP LOCKED
)
UPDATE jobs j SET tend_at = now() + interval '5 seconds'
FROM due d WHERE j.service_id = d.service_id AND j.id = d.id
RETURNING j.*
