-- What tells that a message is overdue, and how fast providers are. docs/architecture.md, "The states" and "Providers", gives the reasons.

-- Since when the fate of a message is awaited: time_out_notifications ends those that wait for too long. Rows of one batch have one moment, so the
-- index costs a batch about as much as a row.
ALTER TABLE awaiting_receipts ADD COLUMN handed_over_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX awaiting_receipts_by_hand_over ON awaiting_receipts (handed_over_at);

-- How fast text messages arrive, by the minute in which they were handed over: written by the statements that record hand-overs and receipts, so that all
-- processes see the same. Differences, as in ledger_deltas: no hot row to wait for. `speed`: 0 handed over; 1 delivered within a minute, 2 within five,
-- 3 within ten, 4 later; 5 ended in another way. Kept for less than an hour (judge_providers), and lost at a crash of the server, after which
-- providers are judged anew.
CREATE UNLOGGED TABLE delivery_speeds (
    minute timestamptz NOT NULL,
    provider text NOT NULL,
    speed smallint NOT NULL CHECK (speed BETWEEN 0 AND 5),
    notifications integer NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX delivery_speeds_by_minute ON delivery_speeds (minute);
