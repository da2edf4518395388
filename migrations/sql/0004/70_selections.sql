-- Selections: a list somebody chose, frozen with what she saw of each item, and what became of each
-- when she had one thing done to all of them.

CREATE TABLE selections (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    resource text NOT NULL CHECK (resource IN ('tasks', 'exceptions')),
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX selections_user_id ON selections (tenant_id, user_id);

CREATE TABLE selection_items (
    tenant_id uuid NOT NULL REFERENCES tenants,
    selection_id uuid NOT NULL,
    position integer NOT NULL CHECK (position > 0),
    item_id uuid NOT NULL,
    workflow_id text NOT NULL,
    title text NOT NULL,
    seen text NOT NULL,
    amount bigint,
    currency char(3),
    PRIMARY KEY (tenant_id, selection_id, position),
    UNIQUE (tenant_id, selection_id, item_id),
    FOREIGN KEY (tenant_id, selection_id) REFERENCES selections (tenant_id, id),
    CONSTRAINT amount_has_currency CHECK ((amount IS NULL) = (currency IS NULL))
);

-- What the API signed for each item before the process started: nobody else can instruct for her.
CREATE TABLE bulk_instructions (
    tenant_id uuid NOT NULL REFERENCES tenants,
    process_id uuid NOT NULL,
    position integer NOT NULL,
    selection_id uuid NOT NULL,
    signed text NOT NULL,
    means jsonb NOT NULL,
    PRIMARY KEY (tenant_id, process_id, position),
    FOREIGN KEY (tenant_id, selection_id, position)
        REFERENCES selection_items (tenant_id, selection_id, position)
);
CREATE INDEX bulk_instructions_selection_id ON bulk_instructions (tenant_id, selection_id, position);

CREATE TABLE bulk_items (
    tenant_id uuid NOT NULL REFERENCES tenants,
    process_id uuid NOT NULL,
    position integer NOT NULL,
    -- Refused; stopped again; not known when the time was over; never begun, since it was stopped.
    state text NOT NULL CHECK (state IN ('done', 'failed', 'parked', 'under_way', 'not_done')),
    code text,
    message text,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, process_id, position),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id),
    CONSTRAINT what_is_not_done_says_why CHECK ((state IN ('done', 'not_done')) = (code IS NULL))
);

GRANT SELECT, INSERT ON selections, selection_items, bulk_instructions TO kontor_edge;
GRANT INSERT ON bulk_items TO kontor_app;
