-- Notifications: how a person wants to be told, how far a tenant's events were read, and what was
-- told to whom, once per cause, recipient and channel.

-- The step that opened a task, so that who is asked can be told of it when the step is committed.
ALTER TABLE tasks ADD COLUMN opened_sequence bigint;

-- A person without a row here is told in English, in her inbox alone: no address is known.
CREATE TABLE contacts (
    tenant_id uuid NOT NULL REFERENCES tenants,
    person_id uuid NOT NULL,
    email text CHECK (email ~ '^[^@\s]+@[^@\s]+$'),
    phone text CHECK (phone ~ '^\+[1-9][0-9]{7,14}$'),
    language text NOT NULL CHECK (language ~ '^[a-z]{2}$'),
    channels text[] NOT NULL CHECK (channels <@ ARRAY['inbox', 'email', 'sms']),
    changed_in uuid NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, person_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, changed_in) REFERENCES processes (tenant_id, id)
);

-- Events are read in the order of their transactions; what is at or before this place was told.
CREATE TABLE notification_places (
    tenant_id uuid NOT NULL REFERENCES tenants,
    transaction_id xid8 NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (tenant_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES events (tenant_id, id)
);

CREATE TABLE notifications (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    event_id uuid NOT NULL,
    process_id uuid NOT NULL,
    task_id uuid,
    name text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('inbox', 'email', 'sms')),
    -- A person's id, or the address outside that a document names.
    recipient text NOT NULL,
    person_id uuid,
    address text,
    language text NOT NULL,
    subject text,
    body text NOT NULL,
    is_html boolean NOT NULL,
    dlt text,
    segments integer,
    state text NOT NULL
        CHECK (state IN ('waiting', 'sent', 'failed', 'skipped', 'not_configured')),
    attempts integer NOT NULL DEFAULT 0,
    problem text,
    receipt text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_at timestamptz,
    give_up_at timestamptz,
    settled_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, event_id, name, channel, recipient),
    FOREIGN KEY (tenant_id, event_id) REFERENCES events (tenant_id, id),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id),
    FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id),
    CONSTRAINT what_waits_says_when_it_is_tried CHECK (
        (state = 'waiting') = (next_at IS NOT NULL)
        AND (state = 'waiting') = (give_up_at IS NOT NULL)
        AND (state = 'waiting') = (settled_at IS NULL)
    ),
    CONSTRAINT what_leaves_has_an_address CHECK (
        channel = 'inbox' OR address IS NOT NULL OR state <> 'waiting'
    )
);
CREATE INDEX notifications_person_id ON notifications (tenant_id, person_id, created_at, id)
    WHERE channel = 'inbox';
CREATE INDEX notifications_waiting ON notifications (tenant_id, next_at) WHERE state = 'waiting';
CREATE INDEX notifications_created_at ON notifications (tenant_id, created_at, id)
    WHERE channel <> 'inbox';
CREATE INDEX notifications_process_id ON notifications (tenant_id, process_id);

-- The edge: what a person has read of her own.
CREATE TABLE notification_reads (
    tenant_id uuid NOT NULL REFERENCES tenants,
    notification_id uuid NOT NULL,
    person_id uuid NOT NULL,
    read_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, notification_id),
    FOREIGN KEY (tenant_id, notification_id) REFERENCES notifications (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);

GRANT INSERT, UPDATE ON contacts, notification_places TO kontor_app;
GRANT INSERT ON notifications TO kontor_app;
-- What was written to whom stays; only what becomes of it changes.
GRANT UPDATE (state, attempts, problem, receipt, next_at, give_up_at, settled_at)
    ON notifications TO kontor_app;
GRANT SELECT, INSERT ON notification_reads TO kontor_edge;
