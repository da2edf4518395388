-- Processes and what belongs to them: documents, tasks, decisions, exceptions, effects, evidence, events.

-- Released definitions; a running process finds the one it was started with by its hash.
CREATE TABLE definitions (
    hash text PRIMARY KEY,
    type text NOT NULL,
    content text NOT NULL,
    released_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE processes (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    type text NOT NULL,
    definition_hash text NOT NULL REFERENCES definitions,
    workflow_id text NOT NULL,
    reference text NOT NULL,
    subject text NOT NULL,
    company_id uuid NOT NULL,
    document_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN
        ('running', 'waiting', 'exception', 'completed', 'cancelled', 'compensated')),
    stage text NOT NULL,
    stage_since timestamptz NOT NULL,
    due_at timestamptz,
    waiting_for text,
    amount bigint NOT NULL,
    currency char(3) NOT NULL,
    business_date date NOT NULL,
    external_ref text,
    request_hash text NOT NULL,
    created_by uuid NOT NULL,
    created_by_user uuid NOT NULL,
    reason text,
    sequence bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, workflow_id),
    UNIQUE (tenant_id, type, external_ref),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, created_by_user) REFERENCES users (tenant_id, id)
);
CREATE INDEX processes_created_at ON processes (tenant_id, created_at, id);

CREATE TABLE documents (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    process_id uuid NOT NULL,
    revision integer NOT NULL,
    content jsonb NOT NULL,
    content_hash text NOT NULL,
    party_id uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id),
    FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id)
);
CREATE INDEX documents_process_id ON documents (tenant_id, process_id);

-- What may exist once: a vendor's invoice number. Given back when the process ends without effect.
CREATE TABLE document_keys (
    tenant_id uuid NOT NULL REFERENCES tenants,
    type text NOT NULL,
    name text NOT NULL,
    value text NOT NULL,
    process_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, type, name, value),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id)
);
CREATE INDEX document_keys_process_id ON document_keys (tenant_id, process_id);

CREATE TABLE tasks (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    process_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('approval', 'correction')),
    round integer NOT NULL,
    level integer NOT NULL,
    levels integer NOT NULL,
    role text NOT NULL,
    escalated_to text,
    title text NOT NULL,
    amount bigint NOT NULL,
    currency char(3) NOT NULL,
    subject_hash text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'decided', 'withdrawn')),
    opened_at timestamptz NOT NULL,
    due_at timestamptz,
    reminders integer NOT NULL DEFAULT 0,
    closed_at timestamptz,
    sequence bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, process_id, kind, round, level),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id),
    CONSTRAINT a_closed_task_has_a_time CHECK ((state = 'open') = (closed_at IS NULL))
);
CREATE INDEX tasks_open ON tasks (tenant_id, opened_at, id) WHERE state = 'open';

CREATE TABLE decisions (
    tenant_id uuid NOT NULL REFERENCES tenants,
    task_id uuid NOT NULL,
    process_id uuid NOT NULL,
    action text NOT NULL,
    person_id uuid NOT NULL,
    user_id uuid NOT NULL,
    reason text,
    subject_hash text NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, task_id),
    FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX decisions_process_id ON decisions (tenant_id, process_id);

CREATE TABLE exceptions (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    process_id uuid NOT NULL,
    step text NOT NULL,
    attempt integer NOT NULL,
    cause text NOT NULL,
    message text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved')),
    opened_at timestamptz NOT NULL,
    resolution text,
    reason text,
    resolved_by uuid,
    resolved_at timestamptz,
    sequence bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id),
    FOREIGN KEY (tenant_id, resolved_by) REFERENCES persons (tenant_id, id),
    CONSTRAINT a_resolved_exception_names_its_resolver
        CHECK ((state = 'open') = (resolved_by IS NULL) AND (state = 'open') = (resolution IS NULL))
);
CREATE INDEX exceptions_process_id ON exceptions (tenant_id, process_id);
CREATE INDEX exceptions_open ON exceptions (tenant_id, opened_at, id) WHERE state = 'open';

-- Every effect there ever was, by its key: workflow id / step / item / business attempt.
CREATE TABLE effects (
    tenant_id uuid NOT NULL REFERENCES tenants,
    effect_key text NOT NULL,
    content_hash text NOT NULL,
    result jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, effect_key)
);

CREATE TABLE evidence (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    process_id uuid NOT NULL,
    sequence bigint NOT NULL,
    step text NOT NULL,
    title text NOT NULL,
    effect_key text NOT NULL,
    person_id uuid,
    user_id uuid,
    inputs jsonb NOT NULL,
    outputs jsonb NOT NULL,
    digest text NOT NULL,
    business_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, effect_key),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX evidence_process_id ON evidence (tenant_id, process_id, sequence);

-- The outbox: what happened, written with the effect, streamed later in commit order.
CREATE TABLE events (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    process_id uuid NOT NULL,
    sequence bigint NOT NULL,
    type text NOT NULL,
    payload jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id)
);
CREATE INDEX events_transaction_id ON events (tenant_id, transaction_id, id);
CREATE INDEX events_process_id ON events (tenant_id, process_id, sequence);

-- What was asked of a partner under which key, and what is known of the outcome.
CREATE TABLE partner_calls (
    tenant_id uuid NOT NULL REFERENCES tenants,
    effect_key text NOT NULL,
    process_id uuid NOT NULL,
    partner text NOT NULL,
    operation text NOT NULL,
    state text NOT NULL CHECK (state IN ('sending', 'not_sent', 'unknown', 'done', 'refused')),
    request jsonb NOT NULL,
    answer jsonb,
    intended_at timestamptz NOT NULL,
    answered_at timestamptz,
    PRIMARY KEY (tenant_id, effect_key),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id)
);
CREATE INDEX partner_calls_process_id ON partner_calls (tenant_id, process_id);

-- Histories of closed processes, kept after the engine forgets them. Compressed, payloads encrypted.
CREATE TABLE archived_histories (
    tenant_id uuid NOT NULL REFERENCES tenants,
    process_id uuid NOT NULL,
    run_id text NOT NULL,
    event_count integer NOT NULL,
    history bytea NOT NULL,
    archived_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, process_id, run_id),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id)
);

-- The edge: which call a key was used for, and what was answered.
CREATE TABLE idempotency_keys (
    tenant_id uuid NOT NULL REFERENCES tenants,
    key text NOT NULL,
    request_hash text NOT NULL,
    subject_id uuid NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    held_until timestamptz NOT NULL,
    status integer,
    headers jsonb,
    body text,
    PRIMARY KEY (tenant_id, key)
);
CREATE INDEX idempotency_keys_subject_id ON idempotency_keys (tenant_id, subject_id);

CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON effects
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON definitions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON archived_histories
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
