-- `herald bench job`: the ceiling. What job_rows_out took, by COPY and in one transaction.
COPY notifications (service_id, id, template_id, template_version, api_key_id, created_by_id, job_id, job_row_number, key_type, channel, status,
                    billable_units, international, rate_multiplier, local_date, purge_on, created_at, phone_prefix)
    FROM '{folder}/bench_notifications' (FORMAT binary);
COPY notification_contents FROM '{folder}/bench_contents' (FORMAT binary);
COPY notification_events (at, service_id, notification_id, kind, status) FROM '{folder}/bench_events' (FORMAT binary);
COPY queue_ready FROM '{folder}/bench_queue' (FORMAT binary);
