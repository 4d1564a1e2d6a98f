-- Recipients that a service keeps to send to again. The file itself is in the object store, at service-<service>-notify/<list>.csv; this
-- is what is known about it without opening it.
CREATE TABLE contact_lists (
    service_id uuid NOT NULL REFERENCES services,
    id uuid NOT NULL, -- of whoever uploaded the file: it is in the file's key
    original_file_name text NOT NULL,
    row_count integer NOT NULL CHECK (row_count >= 0),
    channel smallint NOT NULL CHECK (channel IN (1, 2)),
    created_at timestamptz NOT NULL,
    created_by_id uuid REFERENCES users,
    archived_at timestamptz, -- deleted: never shown again, and its file goes
    file_removed_at timestamptz,
    PRIMARY KEY (service_id, id),
    CHECK (file_removed_at IS NULL OR archived_at IS NOT NULL)
);
CREATE INDEX contact_lists_shown ON contact_lists (service_id, created_at DESC, id DESC) WHERE archived_at IS NULL;
-- What remove_contact_list_files has to do; empty in a healthy system.
CREATE INDEX contact_lists_to_remove ON contact_lists (archived_at, id) WHERE archived_at IS NOT NULL AND file_removed_at IS NULL;

ALTER TABLE contact_lists ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_service ON contact_lists FOR SELECT TO herald_tenant
    USING (service_id = current_setting('herald.service_id')::uuid);
GRANT SELECT ON contact_lists TO herald_tenant;

-- Which jobs were sent to a list.
CREATE INDEX jobs_by_contact_list ON jobs (service_id, contact_list_id) WHERE contact_list_id IS NOT NULL;
