-- What providers tell over HTTP: the fate of messages, complaints (0003_callbacks), and text messages to numbers of ours.

-- What providers told over HTTP, as it came: read again when the mapping was wrong (`herald receipt replay`). Sealed, because events quote
-- addresses and texts. `kind` numbers: providers/receipt_source.hpp; `reading` is what was made of it, the last time. No service: an event is
-- kept before it is known whose it is.
CREATE TABLE receipt_journal (
    purge_on date NOT NULL,
    id uuid NOT NULL, -- UUIDv7 of received_at
    provider text NOT NULL,
    kind smallint NOT NULL CHECK (kind BETWEEN 1 AND 3),
    sent_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    reading text NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (id, purge_on)
) PARTITION BY RANGE (purge_on);
CREATE TABLE receipt_journal_default PARTITION OF receipt_journal DEFAULT;

-- Numbers that people can write to. In the digits alone, without the plus, as the API shows them. Without a service: in stock.
CREATE TABLE inbound_numbers (
    number text PRIMARY KEY CHECK (number ~ '^[0-9]{3,15}$'),
    provider text NOT NULL,
    service_id uuid REFERENCES services,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    updated_at timestamptz
);
CREATE INDEX inbound_numbers_by_service ON inbound_numbers (service_id) WHERE service_id IS NOT NULL;

-- A text message that is told twice is one.
CREATE UNIQUE INDEX inbound_sms_once ON inbound_sms (service_id, provider, provider_reference);

-- The days of the journal that are missing, as maintain_partitions makes its own. A longer receipts.keep_days than contents are kept for is
-- the default partition's.
CREATE FUNCTION maintain_receipt_partitions(today date, days integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    made integer := 0;
    day date;
BEGIN
    PERFORM set_config('lock_timeout', '1s', true);
    PERFORM pg_advisory_xact_lock(7240681);
    FOR day IN SELECT d::date FROM generate_series(today + 1, today + days, interval '1 day') d LOOP
        IF to_regclass('receipt_journal_' || to_char(day, 'YYYYMMDD')) IS NULL
           AND NOT EXISTS (SELECT FROM receipt_journal_default WHERE purge_on = day) THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF receipt_journal FOR VALUES FROM (%L) TO (%L)',
                           'receipt_journal_' || to_char(day, 'YYYYMMDD'), day, day + 1);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;
