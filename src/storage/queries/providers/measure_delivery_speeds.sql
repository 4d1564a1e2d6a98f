-- Of each provider of text messages and each of 1, 5 and 10 minutes: how many of the messages that were handed over during the last quarter of an
-- hour, and at least so many minutes ago, can be judged, and how many of those had not arrived within so many minutes. What ended without arriving is not
-- judged. $1 now. A receipt may be counted without its hand-over (the table does not outlive a crash), hence greatest.
SELECT p.name, p.active, i.minutes,
       greatest(0, coalesce(sum(s.notifications) FILTER (WHERE s.speed = 0), 0) - coalesce(sum(s.notifications) FILTER (WHERE s.speed = 5), 0)) AS judged,
       greatest(0, coalesce(sum(s.notifications) FILTER (WHERE s.speed = 0), 0) - coalesce(sum(s.notifications) FILTER (WHERE s.speed = 5), 0)
                   - coalesce(sum(s.notifications) FILTER (WHERE s.speed BETWEEN 1 AND i.speed), 0)) AS slow
FROM providers p
CROSS JOIN (VALUES (1, 1), (5, 2), (10, 3)) AS i (minutes, speed)
LEFT JOIN delivery_speeds s ON s.provider = p.name
     AND s.minute > $1::timestamptz - interval '16 minutes' AND s.minute <= $1::timestamptz - make_interval(mins => i.minutes + 1)
WHERE p.channel = 2
GROUP BY p.name, p.active, i.minutes
ORDER BY p.name, i.minutes
