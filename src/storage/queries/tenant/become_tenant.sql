-- For the rest of this transaction: the tenant's role, and only this service's rows. $1 service id.
SELECT set_config('herald.service_id', $1::text, true), set_config('role', 'herald_tenant', true)
