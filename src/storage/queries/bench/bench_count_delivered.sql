-- `herald bench`: delivered messages of a service, by the ledger. $1 service.
SELECT coalesce(sum(notifications), 0)::int8 AS delivered
FROM (SELECT notifications FROM ledger WHERE service_id = $1::uuid AND status = 5
      UNION ALL
      SELECT notifications FROM ledger_deltas WHERE service_id = $1::uuid AND status = 5) counted
