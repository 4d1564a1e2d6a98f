-- Texts received whose day has come. $1 the local date of today.
DELETE FROM inbound_sms WHERE purge_on <= $1::date
