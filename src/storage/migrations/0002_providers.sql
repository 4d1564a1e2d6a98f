-- The providers that processes of this installation use, each told by the process that has it: how much of its channel's traffic it takes (its
-- priority among the active ones), and whether it may be used. Herald moves the priority away from one that fails and back to the resting
-- point, which is what an operator last said.
CREATE TABLE providers (
    channel smallint NOT NULL CHECK (channel IN (1, 2)),
    name text NOT NULL CHECK (name <> ''),
    priority integer NOT NULL CHECK (priority BETWEEN 0 AND 100),
    resting_priority integer NOT NULL CHECK (resting_priority BETWEEN 0 AND 100),
    active boolean NOT NULL,
    international boolean NOT NULL, -- takes messages that leave the country
    moved_at timestamptz,           -- when Herald last moved its priority
    updated_at timestamptz,         -- when an operator last changed it
    updated_by_id uuid REFERENCES users,
    PRIMARY KEY (channel, name)
);
-- Every change of the above, and each time a process stopped and began again to offer messages to one.
CREATE TABLE provider_history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel smallint NOT NULL,
    name text NOT NULL,
    at timestamptz NOT NULL,
    priority integer NOT NULL,
    active boolean NOT NULL,
    international boolean NOT NULL,
    reason text NOT NULL,
    author_id uuid REFERENCES users -- null: Herald itself
);
CREATE INDEX provider_history_by_provider ON provider_history (channel, name, id);
