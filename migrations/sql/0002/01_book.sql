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
-- Row security binds the owner too, and a migration has no tenant.
ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY;
UPDATE accounts SET normal_side = CASE WHEN kind IN ('asset', 'expense') THEN 'debit' ELSE 'credit' END;
ALTER TABLE accounts FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts ALTER COLUMN normal_side SET NOT NULL;

-- The company is the tenant's: a key of its own to the tenant would only be checked twice.
ALTER TABLE journal_entries DROP CONSTRAINT journal_entries_tenant_id_fkey;
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

-- What a posting names is checked for all rows of a statement at once (docs/decisions/0008): a row at
-- a time the three keys cost as much as all the rest of posting. The names cannot go away again: entries,
-- dimension sets and accounts are never deleted.
ALTER TABLE postings
    ALTER CONSTRAINT postings_tenant_id_entry_id_fkey NOT ENFORCED,
    ALTER CONSTRAINT postings_tenant_id_account_id_fkey NOT ENFORCED,
    ALTER CONSTRAINT postings_tenant_id_dimension_set_id_fkey NOT ENFORCED;
-- A day's movements repeat what postings name, and are recomputed by every verification.
ALTER TABLE day_movements
    ALTER CONSTRAINT day_movements_tenant_id_company_id_fkey NOT ENFORCED,
    ALTER CONSTRAINT day_movements_tenant_id_account_id_fkey NOT ENFORCED,
    ALTER CONSTRAINT day_movements_tenant_id_dimension_set_id_fkey NOT ENFORCED;
CREATE FUNCTION check_references() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    lost record;
BEGIN
    SELECT w.entry_id INTO lost FROM (SELECT DISTINCT tenant_id, entry_id FROM written) AS w
    LEFT JOIN LATERAL (SELECT true AS found FROM journal_entries AS e
        WHERE e.tenant_id = w.tenant_id AND e.id = w.entry_id LIMIT 1) AS e ON true
    WHERE e.found IS NULL LIMIT 1;
    IF FOUND THEN
        PERFORM refuse('posting_must_have_entry', format('There is no entry %s for the posting.', lost.entry_id));
    END IF;
    SELECT w.account_id, w.dimension_set_id, a.found INTO lost
    FROM (SELECT DISTINCT tenant_id, account_id, dimension_set_id FROM written) AS w
    LEFT JOIN LATERAL (SELECT true AS found FROM accounts AS a
        WHERE a.tenant_id = w.tenant_id AND a.id = w.account_id LIMIT 1) AS a ON true
    LEFT JOIN LATERAL (SELECT true AS found FROM dimension_sets AS d
        WHERE d.tenant_id = w.tenant_id AND d.id = w.dimension_set_id LIMIT 1) AS d ON true
    WHERE a.found IS NULL OR d.found IS NULL LIMIT 1;
    IF FOUND THEN
        PERFORM refuse('posting_must_have_account_and_dimensions', format(
            'There is no account %s or no dimension set %s for the posting.', lost.account_id, lost.dimension_set_id));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_references AFTER INSERT ON postings
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION check_references();
CREATE TRIGGER stay BEFORE DELETE OR TRUNCATE ON accounts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep_key BEFORE UPDATE OF tenant_id, company_id, kind ON accounts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON dimension_sets
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

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
