-- Who may approve up to what, and who stands in for whom. No row is ever changed: a later one of the
-- same scope supersedes it, and the end of a delegation is a row of its own.

-- For a role or for a person; for one type and one company, or for all of them. Without either amount
-- the row lifts what its scope said before.
CREATE TABLE approval_limits (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    role text,
    person_id uuid,
    process_type text,
    company_id uuid,
    currency char(3) NOT NULL,
    per_document bigint CHECK (per_document >= 0),
    per_day bigint CHECK (per_day >= 0),
    effective_from date NOT NULL,
    effective_to date CHECK (effective_to >= effective_from),
    reason text NOT NULL,
    process_id uuid NOT NULL,
    asked_by uuid NOT NULL,
    checked_by uuid NOT NULL CHECK (checked_by <> asked_by),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id),
    FOREIGN KEY (tenant_id, asked_by) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, checked_by) REFERENCES persons (tenant_id, id),
    CONSTRAINT limit_is_of_a_role_or_a_person CHECK (num_nonnulls(role, person_id) = 1)
);
CREATE INDEX approval_limits_person_id ON approval_limits (tenant_id, person_id) WHERE person_id IS NOT NULL;
CREATE INDEX approval_limits_role ON approval_limits (tenant_id, role) WHERE role IS NOT NULL;

-- Empty `roles` and `process_types` mean all of hers.
CREATE TABLE delegations (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    from_person_id uuid NOT NULL,
    to_person_id uuid NOT NULL CHECK (to_person_id <> from_person_id),
    roles text[] NOT NULL,
    process_types text[] NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL CHECK (last_day >= first_day),
    cap bigint CHECK (cap >= 0),
    currency char(3),
    is_away boolean NOT NULL,
    reason text NOT NULL,
    process_id uuid NOT NULL,
    asked_by uuid NOT NULL,
    checked_by uuid NOT NULL CHECK (checked_by <> asked_by AND checked_by <> to_person_id),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, process_id),
    FOREIGN KEY (tenant_id, from_person_id) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, to_person_id) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id),
    FOREIGN KEY (tenant_id, asked_by) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, checked_by) REFERENCES persons (tenant_id, id),
    CONSTRAINT cap_has_currency CHECK ((cap IS NULL) = (currency IS NULL))
);
CREATE INDEX delegations_to_person_id ON delegations (tenant_id, to_person_id, last_day);
CREATE INDEX delegations_from_person_id ON delegations (tenant_id, from_person_id, last_day);

CREATE TABLE delegation_ends (
    tenant_id uuid NOT NULL REFERENCES tenants,
    delegation_id uuid NOT NULL,
    ended_at timestamptz NOT NULL,
    ended_by uuid NOT NULL,
    reason text,
    process_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, delegation_id),
    FOREIGN KEY (tenant_id, delegation_id) REFERENCES delegations (tenant_id, id),
    FOREIGN KEY (tenant_id, ended_by) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['approval_limits', 'delegations', 'delegation_ends'] LOOP
        EXECUTE format('CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('GRANT INSERT ON %I TO kontor_app', name);
    END LOOP;
END $$;

-- A decision says for whom it was taken, when its person stood in for another.
ALTER TABLE decisions
    ADD COLUMN on_behalf_of uuid,
    ADD COLUMN delegation_id uuid,
    ADD FOREIGN KEY (tenant_id, on_behalf_of) REFERENCES persons (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, delegation_id) REFERENCES delegations (tenant_id, id),
    ADD CONSTRAINT who_stands_in_has_a_delegation CHECK ((on_behalf_of IS NULL) = (delegation_id IS NULL)),
    ADD CONSTRAINT nobody_stands_in_for_herself CHECK (on_behalf_of <> person_id);
-- What somebody approved in a day is summed at each decision of hers.
CREATE INDEX decisions_person_id ON decisions (tenant_id, person_id, decided_at);
CREATE INDEX decisions_on_behalf_of ON decisions (tenant_id, on_behalf_of, decided_at) WHERE on_behalf_of IS NOT NULL;

-- Whom a document is about, as who gets a limit or a delegation: none of them checks it.
ALTER TABLE processes ADD COLUMN concerned uuid[] NOT NULL DEFAULT '{}';
-- What may have been split is looked for among the documents of a party.
CREATE INDEX documents_party_id ON documents (tenant_id, party_id, process_id) WHERE party_id IS NOT NULL;
