-- $1 service, $2 id, $3 rows a second or null, $4 now. What is queued already is put aside as well, and let go at that rate.
WITH slowed AS (
    UPDATE jobs
    SET rows_per_second = $3::int4, updated_at = $4::timestamptz, tend_at = now(), released_at = now(),
        sweeping = sweeping OR ($3::int4 IS NOT NULL AND rows_per_second IS NULL)
    WHERE service_id = $1::uuid AND id = $2::uuid AND status IN ('pending', 'scheduled', 'in progress', 'finished', 'error')
    RETURNING id
)
SELECT count(*) AS changed FROM slowed
