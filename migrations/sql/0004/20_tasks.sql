-- The life of a task and of a deadline: claims, snoozes, comments, files, the business calendar, and
-- the clock of a sandbox.

-- Who sits on a task and until when, and when its checkers were reminded last.
ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY;
ALTER TABLE persons NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tasks
    ADD COLUMN reminded_at timestamptz,
    ADD COLUMN claimed_by uuid,
    ADD COLUMN claimed_at timestamptz,
    ADD COLUMN claimed_until timestamptz,
    ADD CONSTRAINT a_claim_says_who_since_when_and_how_long
        CHECK (num_nulls(claimed_by, claimed_at, claimed_until) IN (0, 3)),
    ADD FOREIGN KEY (tenant_id, claimed_by) REFERENCES persons (tenant_id, id);
ALTER TABLE persons FORCE ROW LEVEL SECURITY;
ALTER TABLE tasks FORCE ROW LEVEL SECURITY;

-- Hides a task from one person's inbox for a while, and from nobody else's.
CREATE TABLE task_snoozes (
    tenant_id uuid NOT NULL REFERENCES tenants,
    task_id uuid NOT NULL,
    person_id uuid NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, task_id, person_id),
    FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);

CREATE TABLE comments (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    process_id uuid NOT NULL,
    task_id uuid,
    person_id uuid NOT NULL,
    words text NOT NULL,
    written_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id),
    FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);
CREATE INDEX comments_process_id ON comments (tenant_id, process_id, written_at, id);

-- The edge: what was sent to be attached. Only who sent it may attach it.
CREATE TABLE uploads (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    sha256 text NOT NULL,
    media_type text NOT NULL,
    name text NOT NULL,
    content bytea NOT NULL,
    uploaded_by uuid NOT NULL,
    uploaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, uploaded_by, sha256, media_type, name),
    FOREIGN KEY (tenant_id, uploaded_by) REFERENCES users (tenant_id, id)
);

-- Bytes that are evidence: kept once, under their digest, for ever.
CREATE TABLE files (
    tenant_id uuid NOT NULL REFERENCES tenants,
    sha256 text NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (tenant_id, sha256),
    CONSTRAINT a_file_is_what_its_digest_says CHECK (sha256 = encode(sha256(content), 'hex'))
);

CREATE TABLE attachments (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    process_id uuid NOT NULL,
    sha256 text NOT NULL,
    media_type text NOT NULL,
    name text NOT NULL,
    size bigint NOT NULL,
    title text NOT NULL,
    person_id uuid NOT NULL,
    attached_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id),
    FOREIGN KEY (tenant_id, sha256) REFERENCES files (tenant_id, sha256),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);
CREATE INDEX attachments_process_id ON attachments (tenant_id, process_id, attached_at, id);

-- A tenant without a row here works by the days of Indian banks, from ten to six.
CREATE TABLE calendars (
    tenant_id uuid NOT NULL REFERENCES tenants,
    days_off jsonb NOT NULL,
    opens time NOT NULL,
    closes time NOT NULL,
    PRIMARY KEY (tenant_id),
    CONSTRAINT it_opens_before_it_closes CHECK (opens < closes)
);

CREATE TABLE holidays (
    tenant_id uuid NOT NULL REFERENCES tenants,
    day date NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('public', 'bank', 'company')),
    PRIMARY KEY (tenant_id, day)
);

CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON comments
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON files
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON attachments
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Puts the clock of a sandbox forward; the moment that it then shows. There is no way back: what
-- happened would lie in the future.
CREATE FUNCTION advance_clock(by interval) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF (SELECT livemode FROM tenants WHERE id = current_tenant()) THEN
        PERFORM refuse('clock_must_be_of_a_sandbox', 'The clock of a live tenant is the clock. Use a sandbox tenant.');
    ELSIF by <= '0' THEN
        PERFORM refuse('clock_must_move_forward', format('The clock moves forward only, not by %s.', by));
    END IF;
    UPDATE tenants SET clock_offset = clock_offset + by WHERE id = current_tenant();
    RETURN business_now();
END $$;

GRANT INSERT, UPDATE ON task_snoozes, calendars TO kontor_app;
GRANT INSERT, UPDATE, DELETE ON holidays TO kontor_app;
GRANT INSERT ON comments, files, attachments TO kontor_app;
GRANT EXECUTE ON FUNCTION advance_clock(interval) TO kontor_app;
GRANT SELECT, INSERT ON uploads TO kontor_edge;
-- A file that is sent again counts as sent now; one that nobody attached is swept.
GRANT UPDATE (uploaded_at) ON uploads TO kontor_edge;
GRANT DELETE ON uploads TO kontor_app;
