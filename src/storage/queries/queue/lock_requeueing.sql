-- One at a time, until the transaction ends: requeue_notifications sees what the one before it has queued.
SELECT pg_advisory_xact_lock(7240682)
