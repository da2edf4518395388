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
-- Domains are read once a session; a table's own checks are parsed by every statement that writes to it,
-- which for these three took longer than the row.
CREATE DOMAIN entry_kind AS text CHECK (VALUE IN
    ('normal', 'opening', 'adjusting', 'closing', 'revaluation', 'reversal', 'import'));
CREATE DOMAIN voucher_kind AS text CHECK (VALUE IN
    ('journal', 'sales', 'purchase', 'receipt', 'payment', 'contra', 'debit_note', 'credit_note'));
CREATE DOMAIN module_name AS text CHECK (VALUE IN
    ('general', 'sales', 'purchase', 'banking', 'inventory', 'payroll', 'forex', 'insurance'));
ALTER TABLE journal_entries DROP CONSTRAINT journal_entries_kind_check;
ALTER TABLE journal_entries
    ALTER COLUMN kind TYPE entry_kind,
    ADD COLUMN voucher voucher_kind NOT NULL DEFAULT 'journal',
    ADD COLUMN module module_name NOT NULL DEFAULT 'general';
-- What follows commits in their order (sealer, relay, as known at) finds them by transaction.
CREATE INDEX journal_entries_transaction_id ON journal_entries (tenant_id, transaction_id);
-- The day book reads by date.
CREATE INDEX journal_entries_entry_date ON journal_entries (tenant_id, company_id, entry_date, id);

-- A revaluation changes what an amount is worth in the base currency, not the amount.
ALTER TABLE postings DROP CONSTRAINT postings_amount_check;
ALTER TABLE postings ADD CONSTRAINT postings_amount_check CHECK (amount <> 0 OR base_amount <> 0);

-- What a posting names, and its entry's company, is checked for all rows of a statement at once
-- (docs/decisions/0008): a row at a time the keys cost as much as all the rest of posting. The names
-- cannot go away again: companies, entries, dimension sets and accounts are never deleted.
ALTER TABLE journal_entries ALTER CONSTRAINT journal_entries_tenant_id_company_id_fkey NOT ENFORCED;
ALTER TABLE postings
    ALTER CONSTRAINT postings_tenant_id_entry_id_fkey NOT ENFORCED,
    ALTER CONSTRAINT postings_tenant_id_account_id_fkey NOT ENFORCED,
    ALTER CONSTRAINT postings_tenant_id_dimension_set_id_fkey NOT ENFORCED;
-- A day's movements repeat what postings name, and are recomputed by every verification.
ALTER TABLE day_movements
    ALTER CONSTRAINT day_movements_tenant_id_company_id_fkey NOT ENFORCED,
    ALTER CONSTRAINT day_movements_tenant_id_account_id_fkey NOT ENFORCED,
    ALTER CONSTRAINT day_movements_tenant_id_dimension_set_id_fkey NOT ENFORCED;

-- The second line of defence: whatever writes postings, what they name is there, and each entry
-- balances in each currency and in the base currency, or nothing is written. Whether all is well is
-- asked first, with every name looked up at once; what is wrong only when that is not plain.
DROP TRIGGER check_balance ON postings;
DROP FUNCTION check_balance();
CREATE FUNCTION check_postings() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    wrong record;
BEGIN
    IF (SELECT entries.balance AND cardinality(entries.tenants) = 1
            AND cardinality(entries.ids) = (SELECT count(*) FROM journal_entries AS j
                JOIN companies AS c ON c.tenant_id = j.tenant_id AND c.id = j.company_id
                WHERE j.tenant_id = entries.tenants[1] AND j.id = ANY (entries.ids))
            AND cardinality(named.accounts) = (SELECT count(*) FROM accounts AS a
                WHERE a.tenant_id = entries.tenants[1] AND a.id = ANY (named.accounts))
            AND cardinality(named.dimension_sets) = (SELECT count(*) FROM dimension_sets AS d
                WHERE d.tenant_id = entries.tenants[1] AND d.id = ANY (named.dimension_sets))
        FROM (
            SELECT bool_and(e.balances) AS balance, array_agg(e.entry_id) AS ids, array_agg(DISTINCT e.tenant_id) AS tenants
            FROM (
                SELECT tenant_id, entry_id,
                       sum(amount) = 0 AND sum(base_amount) = 0 AND min(currency) = max(currency) AS balances
                FROM written GROUP BY tenant_id, entry_id
            ) AS e
        ) AS entries CROSS JOIN (
            SELECT array_agg(DISTINCT account_id) AS accounts, array_agg(DISTINCT dimension_set_id) AS dimension_sets
            FROM written
        ) AS named)
    THEN
        RETURN NULL;
    END IF;
    SELECT entry_id, currency, sum(amount) AS residue INTO wrong
    FROM written GROUP BY entry_id, currency HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        PERFORM refuse('entry_must_balance', format('Entry %s is out by %s minor units of %s.',
            wrong.entry_id, wrong.residue, wrong.currency));
    END IF;
    SELECT entry_id, sum(base_amount) AS residue INTO wrong
    FROM written GROUP BY entry_id HAVING sum(base_amount) <> 0 LIMIT 1;
    IF FOUND THEN
        PERFORM refuse('entry_must_balance_in_base_currency', format(
            'Entry %s is out by %s minor units of the base currency.', wrong.entry_id, wrong.residue));
    END IF;
    SELECT w.entry_id, w.account_id, w.dimension_set_id,
           (SELECT true FROM journal_entries AS j
               JOIN companies AS c ON c.tenant_id = j.tenant_id AND c.id = j.company_id
               WHERE j.tenant_id = w.tenant_id AND j.id = w.entry_id LIMIT 1) IS TRUE AS has_entry,
           (SELECT true FROM accounts AS a
               WHERE a.tenant_id = w.tenant_id AND a.id = w.account_id LIMIT 1) IS TRUE AS has_account,
           (SELECT true FROM dimension_sets AS d
               WHERE d.tenant_id = w.tenant_id AND d.id = w.dimension_set_id LIMIT 1) IS TRUE AS has_dimensions
    INTO wrong FROM written AS w ORDER BY 4, 5, 6 LIMIT 1;
    IF NOT wrong.has_entry THEN
        PERFORM refuse('posting_must_have_entry', format(
            'There is no entry %s for the posting, or no company for the entry.', wrong.entry_id));
    ELSIF NOT (wrong.has_account AND wrong.has_dimensions) THEN
        PERFORM refuse('posting_must_have_account_and_dimensions', format(
            'There is no account %s or no dimension set %s for the posting.', wrong.account_id, wrong.dimension_set_id));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_postings AFTER INSERT ON postings
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION check_postings();
CREATE TRIGGER stay BEFORE DELETE OR TRUNCATE ON companies
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep_key BEFORE UPDATE OF tenant_id, id, base_currency ON companies
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
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
