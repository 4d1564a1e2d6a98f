-- Whose contents go on which day, by the ledger. $1 the first day, $2 the last.
SELECT l.service_id, s.name, l.channel, d.days, l.local_date + d.days + 1 AS goes_on, sum(l.notifications)::int8 AS messages
FROM (
    SELECT service_id, channel, local_date, notifications FROM ledger WHERE local_date BETWEEN $1::date - 91 AND $2::date - 4
    UNION ALL
    SELECT service_id, channel, local_date, notifications FROM ledger_deltas WHERE local_date BETWEEN $1::date - 91 AND $2::date - 4
) l
JOIN services s ON s.id = l.service_id
CROSS JOIN LATERAL (SELECT CASE l.channel WHEN 1 THEN s.retention_days_email ELSE s.retention_days_sms END AS days) d
WHERE l.local_date + d.days + 1 BETWEEN $1::date AND $2::date
GROUP BY l.service_id, s.name, l.channel, d.days, l.local_date
HAVING sum(l.notifications) <> 0
ORDER BY goes_on, messages DESC, l.service_id, l.channel
