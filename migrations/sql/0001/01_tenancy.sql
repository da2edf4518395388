-- Tenants, companies, people and parties; who the current tenant is and what time it is for it.

CREATE FUNCTION current_tenant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT current_setting('kontor.tenant')::uuid $$;

-- A rule said no: SQLSTATE KR001, the code in the constraint field, the facts as JSON in the detail.
CREATE FUNCTION refuse(code text, message text, facts jsonb DEFAULT '{}') RETURNS void
LANGUAGE plpgsql
AS $$ BEGIN
    RAISE EXCEPTION USING ERRCODE = 'KR001', CONSTRAINT = code, MESSAGE = message, DETAIL = facts::text;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$ BEGIN
    PERFORM refuse('record_must_stay', format('%s is append-only; correct it with a new row.', TG_TABLE_NAME));
    RETURN NULL;
END $$;

CREATE TABLE tenants (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    livemode boolean NOT NULL,
    time_zone text NOT NULL DEFAULT 'Asia/Kolkata',
    fiscal_year_starts_in smallint NOT NULL DEFAULT 4 CHECK (fiscal_year_starts_in BETWEEN 1 AND 12),
    clock_offset interval NOT NULL DEFAULT '0',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT clock_of_a_live_tenant_is_the_clock CHECK (NOT livemode OR clock_offset = '0')
);

CREATE TABLE companies (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    base_currency char(3) NOT NULL,
    gstin text,
    bank_account text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, code)
);

CREATE TABLE persons (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE users (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    login text NOT NULL,
    active boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, login),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);
CREATE INDEX users_person_id ON users (tenant_id, person_id);

CREATE TABLE role_grants (
    tenant_id uuid NOT NULL REFERENCES tenants,
    person_id uuid NOT NULL,
    role text NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, person_id, role, granted_at),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);

CREATE TABLE parties (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('vendor', 'customer', 'employee')),
    gstin text,
    active boolean NOT NULL DEFAULT true,
    bank_account text,
    bank_ifsc text,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, code)
);

-- One clock for business dates; a sandbox tenant's can be moved.
CREATE FUNCTION business_now() RETURNS timestamptz
LANGUAGE sql STABLE
AS $$ SELECT now() + clock_offset FROM tenants WHERE id = current_tenant() $$;

CREATE FUNCTION business_today() RETURNS date
LANGUAGE sql STABLE
AS $$ SELECT ((now() + clock_offset) AT TIME ZONE time_zone)::date FROM tenants WHERE id = current_tenant() $$;

CREATE FUNCTION fiscal_year_of(day date) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT CASE
        WHEN fiscal_year_starts_in = 1 THEN to_char(day, 'YYYY')
        ELSE to_char(day - make_interval(months => fiscal_year_starts_in - 1), 'YYYY') || '-'
          || to_char(day + make_interval(months => 13 - fiscal_year_starts_in), 'YY')
    END
    FROM tenants WHERE id = current_tenant()
$$;

-- The relay, the archiver and the sealer work tenant by tenant; this is how they learn which.
CREATE FUNCTION tenant_ids() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT id FROM tenants ORDER BY id $$;
