-- Logins with their passwords and sessions, invitations, keys of machines; whom a process is about;
-- which process granted a role; and the log of who signed in, asked for too much, or looked.

-- What belongs to the edge. Only its login reads passwords, tokens and failures (see 95_people.sql).
CREATE TABLE passwords (
    tenant_id uuid NOT NULL REFERENCES tenants,
    user_id uuid NOT NULL,
    hash text NOT NULL,
    set_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

CREATE TABLE sessions (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    address text NOT NULL,
    client text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    authenticated_at timestamptz NOT NULL DEFAULT now(),
    refreshed_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_because text CHECK (ended_because IN ('signed_out', 'token_was_used_twice', 'password_was_set')),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT an_end_has_a_reason CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
CREATE INDEX sessions_user_id ON sessions (tenant_id, user_id, created_at);

-- Each token is used once. Tokens are kept as SHA-256 only: 256 random bits need no slow hash.
CREATE TABLE refresh_tokens (
    tenant_id uuid NOT NULL REFERENCES tenants,
    hash bytea NOT NULL,
    session_id uuid NOT NULL,
    issued_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (tenant_id, hash),
    FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id)
);
CREATE INDEX refresh_tokens_session_id ON refresh_tokens (tenant_id, session_id);

-- A subject is `login:` or `address:` and the digest of one, whether there is such a login or not.
CREATE TABLE sign_in_failures (
    tenant_id uuid NOT NULL REFERENCES tenants,
    subject text NOT NULL,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL,
    locked_until timestamptz,
    PRIMARY KEY (tenant_id, subject)
);

-- Written by the process that makes a login, used once at the edge to set its password.
CREATE TABLE invitations (
    tenant_id uuid NOT NULL REFERENCES tenants,
    hash bytea NOT NULL,
    user_id uuid NOT NULL,
    process_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (tenant_id, hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id)
);

-- Keys of machines. The digest of the secret stands apart, so that whoever lists keys reads none.
CREATE TABLE api_keys (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    granted_by uuid NOT NULL,
    revoked_by uuid,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, granted_by) REFERENCES processes (tenant_id, id),
    FOREIGN KEY (tenant_id, revoked_by) REFERENCES processes (tenant_id, id)
);

CREATE TABLE api_key_secrets (
    tenant_id uuid NOT NULL REFERENCES tenants,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    key_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, hash),
    UNIQUE (tenant_id, key_id),
    FOREIGN KEY (tenant_id, key_id) REFERENCES api_keys (tenant_id, id)
);

-- What the edge notes of a key: when it was used last, and that its owner put it out of use at once.
CREATE TABLE api_key_uses (
    tenant_id uuid NOT NULL REFERENCES tenants,
    key_id uuid NOT NULL,
    last_used_at timestamptz,
    withdrawn_at timestamptz,
    PRIMARY KEY (tenant_id, key_id),
    FOREIGN KEY (tenant_id, key_id) REFERENCES api_keys (tenant_id, id)
);

-- Which process granted a role, and which took it away.

ALTER TABLE role_grants ADD COLUMN granted_by uuid, ADD COLUMN revoked_by uuid,
    ADD FOREIGN KEY (tenant_id, granted_by) REFERENCES processes (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, revoked_by) REFERENCES processes (tenant_id, id);

-- Who signed in or failed to, was refused, looked at the log: appended through a function alone.
CREATE TABLE audit_log (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL DEFAULT uuidv7(),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind text NOT NULL,
    user_id uuid,
    subject text,
    facts jsonb NOT NULL,
    -- In the order of commits: what the sealer goes by.
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX audit_log_recorded_at ON audit_log (tenant_id, recorded_at, id);
CREATE INDEX audit_log_transaction_id ON audit_log (tenant_id, transaction_id, id);
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION audit_note(kind text, "user" uuid, subject text, facts jsonb) RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    INSERT INTO audit_log (tenant_id, kind, user_id, subject, facts)
    VALUES (current_tenant(), kind, "user", subject, facts) RETURNING id
$$;

-- The tenant of an installation that has one, for whoever signs in without naming it.
CREATE FUNCTION only_tenant() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT min(id::text)::uuid FROM tenants HAVING count(*) = 1 $$;

GRANT EXECUTE ON FUNCTION audit_note(text, uuid, text, jsonb) TO kontor_app, kontor_edge;
GRANT EXECUTE ON FUNCTION only_tenant() TO kontor_edge;

GRANT INSERT ON persons, invitations, api_key_secrets TO kontor_app;
GRANT INSERT, UPDATE ON users, role_grants, api_keys TO kontor_app;

GRANT SELECT, INSERT, UPDATE ON passwords, sessions, refresh_tokens, api_key_uses TO kontor_edge;
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_failures TO kontor_edge;
GRANT SELECT, UPDATE ON invitations TO kontor_edge;
GRANT SELECT ON api_keys, api_key_secrets TO kontor_edge;
