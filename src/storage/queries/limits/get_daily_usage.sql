-- What a service has used of its limit on a UTC day; no row: nothing. $1 service, $2 day.
SELECT count FROM daily_usage WHERE service_id = $1::uuid AND day = $2::date
