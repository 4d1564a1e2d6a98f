-- Gives back what was taken by claims whose answer was lost: nobody has it in hand, and nothing of it was offered to a provider.
-- $1 the holders of those claims. The rest as release_leases.
WITH released AS (
    DELETE FROM queue_leases WHERE holder = ANY ($1::uuid[])
    RETURNING lane, service_id, channel, notification_id, attempt, uncertain
)
INSERT INTO queue_retries (run_at, service_id, notification_id, lane, channel, attempt, uncertain)
SELECT timestamptz 'epoch', service_id, notification_id, lane, channel, attempt, uncertain FROM released
