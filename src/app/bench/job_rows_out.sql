-- `herald bench job`: the rows of the job that was measured, into files of the server, and out of the tables. {folder} is the server's own.
COPY (SELECT service_id, id, template_id, template_version, api_key_id, created_by_id, job_id, job_row_number, key_type, channel, status,
             billable_units, international, rate_multiplier, local_date, purge_on, created_at, phone_prefix
      FROM notifications) TO '{folder}/bench_notifications' (FORMAT binary);
COPY (SELECT * FROM notification_contents) TO '{folder}/bench_contents' (FORMAT binary);
COPY (SELECT at, service_id, notification_id, kind, status FROM notification_events) TO '{folder}/bench_events' (FORMAT binary);
COPY queue_ready TO '{folder}/bench_queue' (FORMAT binary);
TRUNCATE notifications, notification_contents, notification_events, queue_ready, ledger, ledger_deltas;
