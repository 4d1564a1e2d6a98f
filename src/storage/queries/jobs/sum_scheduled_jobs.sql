-- $1 service.
SELECT count(*) AS count, min(scheduled_for) AS soonest FROM jobs WHERE service_id = $1::uuid AND status = 'scheduled'
