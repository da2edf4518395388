-- Masters: parties with all that is known of them, products, branches; every version of each stays.

ALTER TABLE parties ADD COLUMN pan text,
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN changed_by uuid, ADD COLUMN changed_in uuid, ADD COLUMN checked_by uuid;

CREATE TABLE products (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    nature text NOT NULL CHECK (nature IN ('goods', 'service')),
    unit text NOT NULL,
    hsn text,
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    changed_by uuid,
    changed_in uuid,
    checked_by uuid,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, code)
);

CREATE TABLE branches (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    gstin text,
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    changed_by uuid,
    changed_in uuid,
    checked_by uuid,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id)
);

-- What a master was from a moment on. Whoever made and checked a version, and in which process, is
-- unknown of what was there before masters had versions and of what is loaded with a tenant.
CREATE TABLE master_versions (
    tenant_id uuid NOT NULL REFERENCES tenants,
    kind text NOT NULL,
    master uuid NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    content jsonb NOT NULL,
    effective_at timestamptz NOT NULL,
    made_by uuid,
    checked_by uuid CHECK (checked_by <> made_by),
    process_id uuid,
    PRIMARY KEY (tenant_id, master, version),
    FOREIGN KEY (tenant_id, made_by) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, checked_by) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, process_id) REFERENCES processes (tenant_id, id)
);
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON master_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION count_version() RETURNS trigger
LANGUAGE plpgsql
AS $$ BEGIN
    IF (NEW.tenant_id, NEW.id, NEW.code) IS DISTINCT FROM (OLD.tenant_id, OLD.id, OLD.code) THEN
        PERFORM refuse('master_code_must_stay', format(
            '%s is known by its code. Deactivate it and add another.', OLD.code));
    END IF;
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;

-- Whichever way a master is written, its version is kept: no login may write versions by itself.
CREATE FUNCTION keep_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    whole constant jsonb := to_jsonb(NEW);
    unsaid constant text[] := '{tenant_id,id,company_id,code,version,changed_by,changed_in,checked_by}';
BEGIN
    INSERT INTO master_versions (tenant_id, kind, master, version, content, effective_at, made_by,
        checked_by, process_id)
    VALUES (NEW.tenant_id, coalesce(TG_ARGV[0], whole->>'kind'), NEW.id, NEW.version,
        jsonb_strip_nulls(whole - unsaid), business_now(), NEW.changed_by, NEW.checked_by,
        NEW.changed_in);
    RETURN NULL;
END $$;

DO $$
DECLARE
    of record;
BEGIN
    FOR of IN SELECT * FROM (VALUES ('parties', NULL), ('products', 'product'), ('branches', 'branch'))
        AS t (name, kind)
    LOOP
        EXECUTE format('CREATE TRIGGER count_version BEFORE UPDATE ON %I
            FOR EACH ROW EXECUTE FUNCTION count_version()', of.name);
        EXECUTE format('CREATE TRIGGER keep_version AFTER INSERT OR UPDATE ON %I
            FOR EACH ROW EXECUTE FUNCTION keep_version(%s)', of.name, coalesce(quote_literal(of.kind), ''));
    END LOOP;
END $$;

ALTER TABLE parties NO FORCE ROW LEVEL SECURITY;
INSERT INTO master_versions (tenant_id, kind, master, version, content, effective_at)
SELECT tenant_id, kind, id, 1, jsonb_strip_nulls(jsonb_build_object('name', name, 'kind', kind,
    'gstin', gstin, 'active', active, 'bank_account', bank_account, 'bank_ifsc', bank_ifsc)), now()
FROM parties;
ALTER TABLE parties FORCE ROW LEVEL SECURITY;

-- Whether somebody asks for the same already: few processes of a type are under way.
CREATE INDEX processes_under_way ON processes (tenant_id, type) WHERE closed_at IS NULL;

GRANT INSERT, UPDATE ON parties, products, branches TO kontor_app;
