-- Writes what met every rule: entries, numbers, postings, day movements, balances.

-- Draws the next numbers of each series, in order; its row stays locked until commit, so no gaps.
-- A pattern without the fiscal year counts on through all years, under an empty one. {fy} and {seq}
-- are short for {fiscal_year} and {sequence}.
CREATE FUNCTION draw_numbers(entries entry_in[]) RETURNS void
LANGUAGE plpgsql
AS $$ BEGIN
    WITH day AS MATERIALIZED (
        SELECT entry_date, fiscal_year_of(entry_date) AS fiscal_year
        FROM (SELECT DISTINCT e.entry_date FROM unnest(entries) AS e WHERE e.series IS NOT NULL) AS days
    ), wanted AS MATERIALIZED (
        SELECT e.id, e.company_id, e.series, e.pattern, y.fiscal_year,
               row_number() OVER (series ORDER BY e.grp, e.ordinal) AS place, count(*) OVER series AS total
        FROM unnest(entries) AS e
        CROSS JOIN LATERAL (
            SELECT CASE WHEN e.pattern ~ '\{(fiscal_year|fy)\}' THEN day.fiscal_year ELSE '' END AS fiscal_year
            FROM day WHERE day.entry_date = e.entry_date) AS y
        WHERE e.series IS NOT NULL
        WINDOW series AS (PARTITION BY e.company_id, e.series, y.fiscal_year)
    ), drawn AS (
        INSERT INTO number_series AS s (tenant_id, company_id, series, fiscal_year, last_sequence)
        SELECT current_tenant(), company_id, series, fiscal_year, count(*)
        FROM wanted GROUP BY company_id, series, fiscal_year ORDER BY company_id, series, fiscal_year
        ON CONFLICT (tenant_id, company_id, series, fiscal_year)
            DO UPDATE SET last_sequence = s.last_sequence + excluded.last_sequence
        RETURNING company_id, series, fiscal_year, last_sequence
    )
    INSERT INTO voucher_numbers (tenant_id, entry_id, company_id, series, fiscal_year, sequence, number)
    SELECT current_tenant(), w.id, w.company_id, w.series, w.fiscal_year, n.sequence,
           write_number(w.pattern, w.fiscal_year, n.sequence)
    FROM wanted AS w JOIN drawn AS d USING (company_id, series, fiscal_year)
    CROSS JOIN LATERAL (SELECT d.last_sequence - w.total + w.place AS sequence) AS n;
END $$;

CREATE FUNCTION write_number(pattern text, fiscal_year text, sequence bigint) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT regexp_replace(
        regexp_replace(pattern, '\{(fiscal_year|fy)\}', fiscal_year), '\{seq(uence)?(:0\d+)?\}',
        lpad(sequence::text, greatest(length(sequence::text),
             coalesce(substring(pattern FROM '\{(?:seq|sequence):0(\d+)\}')::integer, 1)), '0'))
$$;

-- Fills in the dimension sets that are new.
CREATE FUNCTION add_dimension_sets(lines posting_in[]) RETURNS posting_in[]
LANGUAGE plpgsql
AS $$ BEGIN
    INSERT INTO dimension_sets (tenant_id, dimensions)
    SELECT DISTINCT current_tenant(), p.dimensions FROM unnest(lines) AS p
    WHERE p.dimension_set_id IS NULL ORDER BY 2 ON CONFLICT DO NOTHING;
    RETURN (
        SELECT array_agg(ROW(p.ordinal, p.grp, p.line, p.entry_id, p.company_id, p.base_currency,
            p.entry_date, p.party_id, p.due_date, p.account, p.account_id, p.opened_on, p.closed_on,
            p.only_currency, p.is_heading, p.control, p.is_limited, p.is_budgeted,
            p.required_dimensions, p.forbidden_dimensions, p.slot, p.amount, p.currency,
            p.base_amount, p.dimensions, d.id)::posting_in ORDER BY p.ordinal, p.line)
        FROM unnest(lines) AS p
        CROSS JOIN LATERAL (SELECT id FROM dimension_sets
            WHERE tenant_id = current_tenant() AND dimensions = p.dimensions LIMIT 1) AS d);
END $$;

-- Writes entries that met every rule: entry, open items, limits, budgets, numbers, postings, day
-- movements, balances, in this order, so that what many entries share is locked last and in the
-- order of its key. Answers with warnings by ordinal. A key that another transaction took meanwhile
-- is a unique violation, after which the caller looks again.
CREATE FUNCTION write_entries(entries entry_in[], postings posting_in[], has traits) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    lines posting_in[] := postings;
    warnings jsonb := '{}';
BEGIN
    INSERT INTO journal_entries (tenant_id, id, company_id, entry_date, kind, voucher, module, narration,
        reverses, party_id, due_date, process_id, document_id, effect_key, content_hash)
    SELECT tenant, e.id, e.company_id, e.entry_date, e.kind, e.voucher, e.module, e.narration, e.reverses,
           e.party_id, e.due_date, e.process_id, e.document_id, e.key, e.content_hash
    FROM unnest(entries) AS e ORDER BY e.key;
    IF has.open_items THEN
        PERFORM add_open_items(entries, lines);
    END IF;
    IF has.limits THEN
        warnings := check_limits(lines);
    END IF;
    IF has.budgets THEN
        warnings := merge_warnings(warnings, check_budgets(entries, lines));
    END IF;
    IF has.numbers THEN
        PERFORM draw_numbers(entries);
    END IF;
    IF has.new_dimensions THEN
        lines := add_dimension_sets(lines);
    END IF;
    -- One statement, whose last part comes first: postings, then movements, then balances.
    WITH line AS MATERIALIZED (
        SELECT p.entry_id, p.line, p.company_id, p.account_id, p.entry_date, p.currency, p.dimension_set_id,
               p.slot, p.amount, p.base_amount
        FROM unnest(lines) AS p
    ), balanced AS (
        INSERT INTO balances AS b (tenant_id, company_id, account_id, currency, dimension_set_id, slot,
            debit, credit, base_debit, base_credit)
        SELECT tenant, p.company_id, p.account_id, p.currency, p.dimension_set_id, p.slot,
               sum(greatest(p.amount, 0)), -sum(least(p.amount, 0)),
               sum(greatest(p.base_amount, 0)), -sum(least(p.base_amount, 0))
        FROM line AS p
        GROUP BY p.company_id, p.account_id, p.currency, p.dimension_set_id, p.slot
        ORDER BY p.account_id, p.currency, p.dimension_set_id, p.slot
        ON CONFLICT (tenant_id, company_id, account_id, currency, dimension_set_id, slot)
        DO UPDATE SET debit = b.debit + excluded.debit, credit = b.credit + excluded.credit,
            base_debit = b.base_debit + excluded.base_debit,
            base_credit = b.base_credit + excluded.base_credit
    ), moved AS (
        INSERT INTO day_movements AS m (tenant_id, company_id, account_id, entry_date, currency,
            dimension_set_id, slot, debit, credit, base_debit, base_credit)
        SELECT tenant, p.company_id, p.account_id, p.entry_date, p.currency, p.dimension_set_id, p.slot,
               sum(greatest(p.amount, 0)), -sum(least(p.amount, 0)),
               sum(greatest(p.base_amount, 0)), -sum(least(p.base_amount, 0))
        FROM line AS p
        GROUP BY p.company_id, p.account_id, p.entry_date, p.currency, p.dimension_set_id, p.slot
        ORDER BY p.account_id, p.entry_date, p.currency, p.dimension_set_id, p.slot
        ON CONFLICT (tenant_id, company_id, account_id, entry_date, currency, dimension_set_id, slot)
        DO UPDATE SET debit = m.debit + excluded.debit, credit = m.credit + excluded.credit,
            base_debit = m.base_debit + excluded.base_debit,
            base_credit = m.base_credit + excluded.base_credit
    )
    INSERT INTO postings (tenant_id, entry_id, line, account_id, entry_date, currency, amount,
        base_amount, dimension_set_id)
    SELECT tenant, p.entry_id, p.line, p.account_id, p.entry_date, p.currency, p.amount, p.base_amount,
           p.dimension_set_id
    FROM line AS p;
    IF warnings <> '{}' THEN
        INSERT INTO entry_warnings (tenant_id, entry_id, warnings)
        SELECT tenant, e.id, warnings->e.ordinal::text FROM unnest(entries) AS e
        WHERE warnings ? e.ordinal::text;
    END IF;
    RETURN warnings;
END $$;

-- Warnings of two rules, by ordinal.
CREATE FUNCTION merge_warnings(one jsonb, other jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
    SELECT coalesce(jsonb_object_agg(key, said), '{}')
    FROM (
        SELECT key, jsonb_agg(warning) AS said
        FROM (SELECT * FROM jsonb_each(one) UNION ALL SELECT * FROM jsonb_each(other)) AS both_sides,
            jsonb_array_elements(value) AS warning
        GROUP BY key
    ) AS merged
$$;
