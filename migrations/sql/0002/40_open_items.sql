-- Open items of receivables and payables: what each party owes or is owed, posting by posting, and
-- the allocations that settle it. The amounts that are open change; everything else stays.

-- An item on the other side of its account is money on account: an advance, a note.
CREATE TABLE open_items (
    tenant_id uuid NOT NULL REFERENCES tenants,
    entry_id uuid NOT NULL,
    line integer NOT NULL,
    company_id uuid NOT NULL,
    account_id bigint NOT NULL,
    party_id uuid NOT NULL,
    entry_date date NOT NULL,
    due_date date NOT NULL,
    currency char(3) NOT NULL,
    amount bigint NOT NULL,
    base_amount bigint NOT NULL,
    open_amount bigint NOT NULL,
    open_base_amount bigint NOT NULL,
    PRIMARY KEY (tenant_id, entry_id, line),
    -- As on postings, no row at a time: add_open_items alone writes them, from what it was posted with.
    FOREIGN KEY (tenant_id, entry_id, line) REFERENCES postings (tenant_id, entry_id, line) NOT ENFORCED,
    CONSTRAINT no_more_is_open_than_was_posted
        CHECK (open_amount BETWEEN least(amount, 0) AND greatest(amount, 0)),
    CONSTRAINT what_is_settled_is_settled_in_base_currency
        CHECK (open_amount <> 0 OR open_base_amount = 0 OR amount = 0)
) WITH (fillfactor = 80);
-- Ageing reads what is open, a statement of account everything of a party.
CREATE INDEX open_items_open ON open_items (tenant_id, company_id, account_id, party_id)
    INCLUDE (entry_id, line, entry_date, due_date, currency, open_amount, open_base_amount)
    WHERE open_amount <> 0 OR open_base_amount <> 0;
CREATE INDEX open_items_party_id ON open_items (tenant_id, party_id, account_id, entry_date);
CREATE TRIGGER stay BEFORE DELETE OR TRUNCATE ON open_items
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER terms_stay BEFORE UPDATE OF tenant_id, entry_id, line, company_id, account_id, party_id,
    entry_date, due_date, currency, amount, base_amount ON open_items
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- One act of settling, under its key, with the entries that it posted.
CREATE TABLE allocations (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('allocation', 'write_off', 'discount', 'reversal', 'undo')),
    on_date date NOT NULL,
    undoes uuid,
    entry_id uuid,
    exchange_entry_id uuid,
    reason text,
    effect_key text NOT NULL,
    content_hash bytea NOT NULL,
    allocated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, effect_key),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id),
    FOREIGN KEY (tenant_id, undoes) REFERENCES allocations (tenant_id, id),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES journal_entries (tenant_id, id),
    FOREIGN KEY (tenant_id, exchange_entry_id) REFERENCES journal_entries (tenant_id, id),
    CONSTRAINT only_an_undo_undoes CHECK ((undoes IS NULL) = (kind <> 'undo'))
);
CREATE UNIQUE INDEX allocations_undoes ON allocations (tenant_id, undoes) WHERE undoes IS NOT NULL;

-- So much of a debit item and of a credit item settle each other; below zero in an undo. An amount of
-- zero with a base amount settles an exchange difference.
CREATE TABLE allocation_lines (
    tenant_id uuid NOT NULL REFERENCES tenants,
    allocation_id uuid NOT NULL,
    line integer NOT NULL,
    on_date date NOT NULL,
    debit_entry_id uuid NOT NULL,
    debit_line integer NOT NULL,
    credit_entry_id uuid NOT NULL,
    credit_line integer NOT NULL,
    amount bigint NOT NULL,
    base_amount bigint NOT NULL,
    PRIMARY KEY (tenant_id, allocation_id, line),
    FOREIGN KEY (tenant_id, allocation_id) REFERENCES allocations (tenant_id, id),
    FOREIGN KEY (tenant_id, debit_entry_id, debit_line)
        REFERENCES open_items (tenant_id, entry_id, line),
    FOREIGN KEY (tenant_id, credit_entry_id, credit_line)
        REFERENCES open_items (tenant_id, entry_id, line)
);
CREATE INDEX allocation_lines_debit ON allocation_lines (tenant_id, debit_entry_id, debit_line);
CREATE INDEX allocation_lines_credit ON allocation_lines (tenant_id, credit_entry_id, credit_line);
-- What was open on a past day is what is open now, and what was allocated since.
CREATE INDEX allocation_lines_on_date ON allocation_lines (tenant_id, on_date);

CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON allocations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON allocation_lines
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Opens an item for each posting on a control account whose entry has a party.
CREATE FUNCTION add_open_items(entries entry_in[], lines posting_in[]) RETURNS void
LANGUAGE plpgsql
AS $$ BEGIN
    INSERT INTO open_items (tenant_id, entry_id, line, company_id, account_id, party_id, entry_date,
        due_date, currency, amount, base_amount, open_amount, open_base_amount)
    SELECT current_tenant(), p.entry_id, p.line, p.company_id, p.account_id, p.party_id, p.entry_date,
           coalesce(p.due_date, p.entry_date), p.currency, p.amount, p.base_amount, p.amount, p.base_amount
    FROM unnest(lines) AS p WHERE p.control IS NOT NULL AND p.party_id IS NOT NULL;
    IF EXISTS (SELECT FROM unnest(entries) AS e WHERE e.reverses IS NOT NULL) THEN
        PERFORM settle_reversals(entries);
    END IF;
END $$;

-- An entry that is reversed and its mirror settle each other, line by line.
CREATE FUNCTION settle_reversals(entries entry_in[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    reversed constant uuid[] := ARRAY(SELECT e.reverses FROM unnest(entries) AS e WHERE e.reverses IS NOT NULL);
    settled open_items;
BEGIN
    PERFORM FROM open_items WHERE tenant_id = tenant AND entry_id = ANY (reversed)
    ORDER BY entry_id, line FOR UPDATE;
    SELECT * INTO settled FROM open_items
    WHERE tenant_id = tenant AND entry_id = ANY (reversed)
        AND (open_amount <> amount OR open_base_amount <> base_amount)
    ORDER BY entry_id, line LIMIT 1;
    IF FOUND THEN
        PERFORM refuse('allocation_must_be_undone', format(
            'Of the %s minor units of %s on line %s of the entry, %s are allocated. Undo the allocations, then reverse.',
            abs(settled.amount), settled.currency, settled.line, abs(settled.amount - settled.open_amount)));
    END IF;
    WITH reversal AS MATERIALIZED (
        SELECT uuidv7() AS id, e.id AS entry_id, e.reverses, e.company_id, e.narration, e.content_hash,
               greatest(e.entry_date, o.entry_date) AS on_date
        FROM unnest(entries) AS e
        CROSS JOIN LATERAL (SELECT entry_date FROM open_items
            WHERE tenant_id = tenant AND entry_id = e.reverses LIMIT 1) AS o
    ), kept AS (
        INSERT INTO allocations (tenant_id, id, company_id, kind, on_date, entry_id, reason, effect_key, content_hash)
        SELECT tenant, id, company_id, 'reversal', on_date, entry_id, narration, 'items of ' || entry_id, content_hash
        FROM reversal
    )
    INSERT INTO allocation_lines (tenant_id, allocation_id, line, on_date, debit_entry_id, debit_line,
        credit_entry_id, credit_line, amount, base_amount)
    SELECT tenant, r.id, row_number() OVER (PARTITION BY r.id ORDER BY o.line), r.on_date,
           CASE WHEN o.is_debit THEN o.entry_id ELSE r.entry_id END, o.line,
           CASE WHEN o.is_debit THEN r.entry_id ELSE o.entry_id END, o.line,
           CASE WHEN o.is_debit THEN o.amount ELSE -o.amount END,
           CASE WHEN o.is_debit THEN o.base_amount ELSE -o.base_amount END
    FROM reversal AS r
    CROSS JOIN LATERAL (
        SELECT entry_id, line, amount, base_amount,
               amount > 0 OR (amount = 0 AND base_amount > 0) AS is_debit
        FROM open_items WHERE tenant_id = tenant AND entry_id = r.reverses) AS o;
    UPDATE open_items SET open_amount = 0, open_base_amount = 0
    WHERE tenant_id = tenant AND entry_id = ANY (
        reversed || ARRAY(SELECT e.id FROM unnest(entries) AS e WHERE e.reverses IS NOT NULL));
END $$;
