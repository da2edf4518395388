-- The book: accounts, periods, entries, postings, balances, day movements, numbers.

CREATE TABLE accounts (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    company_id uuid NOT NULL,
    code text NOT NULL,
    title text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('asset', 'liability', 'equity', 'income', 'expense')),
    currency char(3),
    slots smallint NOT NULL DEFAULT 1 CHECK (slots BETWEEN 1 AND 64),
    opened_on date NOT NULL,
    closed_on date CHECK (closed_on >= opened_on),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, company_id, code),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id)
);

CREATE TABLE dimension_sets (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    dimensions jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, dimensions)
);

CREATE TABLE periods (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL CHECK (ends_on >= starts_on),
    fiscal_year text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'locked', 'closed')),
    changed_at timestamptz,
    changed_by uuid,
    reason text,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, company_id, starts_on),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id)
);

CREATE TABLE journal_entries (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    entry_date date NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind text NOT NULL CHECK (kind IN
        ('normal', 'opening', 'adjusting', 'closing', 'revaluation', 'reversal', 'import')),
    narration text NOT NULL,
    reverses uuid,
    party_id uuid,
    due_date date,
    process_id uuid,
    document_id uuid,
    effect_key text NOT NULL,
    content_hash bytea NOT NULL,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, effect_key),
    UNIQUE (tenant_id, reverses),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id),
    FOREIGN KEY (tenant_id, reverses) REFERENCES journal_entries (tenant_id, id),
    FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT only_a_reversal_reverses CHECK ((reverses IS NULL) = (kind <> 'reversal'))
);
CREATE INDEX journal_entries_process_id ON journal_entries (tenant_id, process_id);

CREATE TABLE postings (
    tenant_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    line integer NOT NULL,
    account_id bigint NOT NULL,
    entry_date date NOT NULL,
    currency char(3) NOT NULL,
    amount bigint NOT NULL CHECK (amount <> 0),
    base_amount bigint NOT NULL,
    dimension_set_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, entry_id, line),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES journal_entries (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, dimension_set_id) REFERENCES dimension_sets (tenant_id, id)
);
CREATE INDEX postings_account_id ON postings (tenant_id, account_id, entry_date, entry_id);

CREATE TABLE balances (
    tenant_id uuid NOT NULL,
    company_id uuid NOT NULL,
    account_id bigint NOT NULL,
    currency char(3) NOT NULL,
    dimension_set_id bigint NOT NULL,
    slot smallint NOT NULL,
    debit bigint NOT NULL,
    credit bigint NOT NULL,
    base_debit bigint NOT NULL,
    base_credit bigint NOT NULL,
    PRIMARY KEY (tenant_id, company_id, account_id, currency, dimension_set_id, slot),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, dimension_set_id) REFERENCES dimension_sets (tenant_id, id)
) WITH (fillfactor = 60);

CREATE TABLE day_movements (
    LIKE balances INCLUDING ALL,
    entry_date date NOT NULL,
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, dimension_set_id) REFERENCES dimension_sets (tenant_id, id)
) WITH (fillfactor = 60);
ALTER TABLE day_movements DROP CONSTRAINT day_movements_pkey;
ALTER TABLE day_movements ADD PRIMARY KEY
    (tenant_id, company_id, account_id, entry_date, currency, dimension_set_id, slot);

CREATE TABLE number_series (
    tenant_id uuid NOT NULL,
    company_id uuid NOT NULL,
    series text NOT NULL,
    fiscal_year text NOT NULL,
    last_sequence bigint NOT NULL,
    PRIMARY KEY (tenant_id, company_id, series, fiscal_year),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id)
);

CREATE TABLE voucher_numbers (
    tenant_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    company_id uuid NOT NULL,
    series text NOT NULL,
    fiscal_year text NOT NULL,
    sequence bigint NOT NULL,
    number text NOT NULL,
    PRIMARY KEY (tenant_id, entry_id),
    UNIQUE (tenant_id, company_id, series, fiscal_year, sequence),
    UNIQUE (tenant_id, company_id, number),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES journal_entries (tenant_id, id)
);

CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON voucher_numbers
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
