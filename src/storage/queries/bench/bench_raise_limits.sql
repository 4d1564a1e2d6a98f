-- `herald bench`: limits that a run does not reach. They are checked all the same.
UPDATE services SET rate_limit = 2000000000, message_limit = 1000000000000
