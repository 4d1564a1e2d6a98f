-- What an operator decided about the providers this binary knows: whether one may be used, and how much of its channel's traffic it takes.
-- A provider without a row is active: a binary may know more providers than the database.
CREATE TABLE providers (
    channel smallint NOT NULL CHECK (channel IN (1, 2)),
    name text NOT NULL CHECK (name <> ''),
    priority integer NOT NULL CHECK (priority BETWEEN 0 AND 100),
    active boolean NOT NULL,
    updated_at timestamptz,
    updated_by_id uuid REFERENCES users,
    PRIMARY KEY (channel, name)
);
INSERT INTO providers (channel, name, priority, active)
VALUES (1, 'capture', 100, true), (1, 'smtp', 100, true), (2, 'capture', 100, true);
