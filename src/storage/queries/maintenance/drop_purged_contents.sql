-- $1 the local date of today: contents whose purge_on has come are gone for the API already. One partition a call.
SELECT drop_purged_contents($1::date) AS dropped
