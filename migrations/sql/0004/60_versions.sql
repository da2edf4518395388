-- A tenant's own versions of definitions: drafts, which are the edge's until a process takes one,
-- and the versions that came into force by such processes.

CREATE TABLE definition_drafts (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    type text NOT NULL,
    source text NOT NULL CHECK (octet_length(source) BETWEEN 1 AND 400000),
    -- The hash of the definition; none while the source has mistakes.
    hash text,
    -- The tenant's newest version when the draft was begun; none when it had none.
    follows uuid,
    revision integer NOT NULL DEFAULT 1,
    made_by uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by) REFERENCES persons (tenant_id, id)
);
CREATE INDEX definition_drafts_created_at ON definition_drafts (tenant_id, created_at, id);

CREATE TABLE definition_versions (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    type text NOT NULL,
    number integer NOT NULL,
    hash text NOT NULL REFERENCES definitions (hash),
    source text NOT NULL,
    draft_id uuid NOT NULL,
    active_from date NOT NULL,
    made_by uuid NOT NULL,
    approved_by uuid NOT NULL,
    process_id uuid NOT NULL,
    activated_at timestamptz NOT NULL,
    rolled_back_at timestamptz,
    rolled_back_by uuid,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, type, number),
    UNIQUE (tenant_id, process_id),
    FOREIGN KEY (tenant_id, draft_id) REFERENCES definition_drafts (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, approved_by) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id),
    FOREIGN KEY (tenant_id, rolled_back_by) REFERENCES processes (tenant_id, id),
    CONSTRAINT maker_is_not_the_approver CHECK (made_by <> approved_by),
    CONSTRAINT rolled_back_by_a_process CHECK ((rolled_back_at IS NULL) = (rolled_back_by IS NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON definition_drafts TO kontor_edge;
GRANT INSERT, UPDATE (rolled_back_at, rolled_back_by) ON definition_versions TO kontor_app;
