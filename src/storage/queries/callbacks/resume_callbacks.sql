-- Ends the pauses of a service, of one type ($2) or of all (null). $1 service.
UPDATE service_callbacks
SET failures = 0, failing_since = NULL, paused_since = NULL, probe_at = NULL, probes = 0, resumed_at = now()
WHERE service_id = $1::uuid AND ($2::text IS NULL OR callback_type = $2::text) AND paused_since IS NOT NULL
