-- What accounts, entries and postings say beyond the first slice.

ALTER TABLE accounts
    ADD COLUMN parent_id bigint,
    ADD COLUMN is_heading boolean NOT NULL DEFAULT false,
    ADD COLUMN normal_side text CHECK (normal_side IN ('debit', 'credit')),
    ADD COLUMN statement_line text,
    ADD COLUMN cash_flow text CHECK (cash_flow IN ('cash', 'operating', 'investing', 'financing')),
    ADD COLUMN control text CHECK (control IN ('receivable', 'payable')),
    ADD COLUMN is_monetary boolean NOT NULL DEFAULT false,
    ADD COLUMN is_limited boolean NOT NULL DEFAULT false,
    ADD COLUMN is_budgeted boolean NOT NULL DEFAULT false,
    ADD COLUMN required_dimensions text[] NOT NULL DEFAULT '{}',
    ADD COLUMN forbidden_dimensions text[] NOT NULL DEFAULT '{}',
    ADD COLUMN translations jsonb NOT NULL DEFAULT '{}',
    ADD FOREIGN KEY (tenant_id, parent_id) REFERENCES accounts (tenant_id, id);
UPDATE accounts SET normal_side = CASE WHEN kind IN ('asset', 'expense') THEN 'debit' ELSE 'credit' END;
ALTER TABLE accounts ALTER COLUMN normal_side SET NOT NULL;

ALTER TABLE journal_entries
    ADD COLUMN voucher text NOT NULL DEFAULT 'journal' CHECK (voucher IN
        ('journal', 'sales', 'purchase', 'receipt', 'payment', 'contra', 'debit_note', 'credit_note')),
    ADD COLUMN module text NOT NULL DEFAULT 'general' CHECK (module IN
        ('general', 'sales', 'purchase', 'banking', 'inventory', 'payroll', 'forex', 'insurance'));
-- What follows commits in their order (sealer, relay, as known at) finds them by transaction.
CREATE INDEX journal_entries_transaction_id ON journal_entries (tenant_id, transaction_id);
-- The day book reads by date.
CREATE INDEX journal_entries_entry_date ON journal_entries (tenant_id, company_id, entry_date, id);

-- A revaluation changes what an amount is worth in the base currency, not the amount.
ALTER TABLE postings DROP CONSTRAINT postings_amount_check;
ALTER TABLE postings ADD CONSTRAINT postings_amount_check CHECK (amount <> 0 OR base_amount <> 0);

-- Most entries reverse nothing: an index need not hold them.
ALTER TABLE journal_entries DROP CONSTRAINT journal_entries_tenant_id_reverses_key;
CREATE UNIQUE INDEX journal_entries_reverses ON journal_entries (tenant_id, reverses)
    WHERE reverses IS NOT NULL;
DROP INDEX journal_entries_process_id;
CREATE INDEX journal_entries_process_id ON journal_entries (tenant_id, process_id)
    WHERE process_id IS NOT NULL;

-- What a rule let pass but wants known: a soft limit crossed, a budget overdrawn.
CREATE TABLE entry_warnings (
    tenant_id uuid NOT NULL REFERENCES tenants,
    entry_id uuid NOT NULL,
    warnings jsonb NOT NULL,
    PRIMARY KEY (tenant_id, entry_id),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES journal_entries (tenant_id, id)
);
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON entry_warnings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Items of batches that the state of the book refused: their keys keep that outcome.
CREATE TABLE refused_items (
    tenant_id uuid NOT NULL REFERENCES tenants,
    effect_key text NOT NULL,
    content_hash bytea NOT NULL,
    code text NOT NULL,
    message text NOT NULL,
    refused_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, effect_key)
);
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON refused_items
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
