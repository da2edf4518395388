-- Fiscal years: what must hold before one is closed, closing it, reopening it, what it left.

CREATE TABLE year_closings (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    fiscal_year text NOT NULL,
    version integer NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    retained_earnings_id bigint NOT NULL,
    closed_at timestamptz NOT NULL,
    closed_by uuid NOT NULL,
    reason text NOT NULL,
    effect_key text NOT NULL,
    content_hash bytea NOT NULL,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, company_id, fiscal_year, version),
    UNIQUE (tenant_id, effect_key),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id),
    FOREIGN KEY (tenant_id, retained_earnings_id) REFERENCES accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, closed_by) REFERENCES persons (tenant_id, id)
);

-- The entries of a closing, one for each dimension set that had income or expense.
CREATE TABLE closing_entries (
    tenant_id uuid NOT NULL REFERENCES tenants,
    closing_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, closing_id, entry_id),
    UNIQUE (tenant_id, entry_id),
    FOREIGN KEY (tenant_id, closing_id) REFERENCES year_closings (tenant_id, id),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES journal_entries (tenant_id, id)
);

-- A closing that no longer stands.
CREATE TABLE year_reopenings (
    tenant_id uuid NOT NULL REFERENCES tenants,
    closing_id uuid NOT NULL,
    reopened_at timestamptz NOT NULL,
    maker uuid NOT NULL,
    checker uuid NOT NULL CHECK (checker <> maker),
    reason text NOT NULL,
    effect_key text NOT NULL,
    content_hash bytea NOT NULL,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, closing_id),
    UNIQUE (tenant_id, effect_key),
    FOREIGN KEY (tenant_id, closing_id) REFERENCES year_closings (tenant_id, id),
    FOREIGN KEY (tenant_id, maker) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, checker) REFERENCES persons (tenant_id, id)
);

-- What every account had taken in when a year was closed, closing entries included: all debits and
-- credits dated until its last day. Each closing writes its own; none changes.
CREATE TABLE period_balances (
    tenant_id uuid NOT NULL REFERENCES tenants,
    closing_id uuid NOT NULL,
    account_id bigint NOT NULL,
    currency char(3) NOT NULL,
    dimension_set_id bigint NOT NULL,
    debit bigint NOT NULL,
    credit bigint NOT NULL,
    base_debit bigint NOT NULL,
    base_credit bigint NOT NULL,
    PRIMARY KEY (tenant_id, closing_id, account_id, currency, dimension_set_id),
    FOREIGN KEY (tenant_id, closing_id) REFERENCES year_closings (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, dimension_set_id) REFERENCES dimension_sets (tenant_id, id)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY '{year_closings,closing_entries,year_reopenings,period_balances}'::text[] LOOP
        EXECUTE format('CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
END $$;

-- The first and last day of a year.
CREATE FUNCTION days_of_year(company uuid, year text, OUT since date, OUT until date)
LANGUAGE plpgsql STABLE
AS $$ BEGIN
    SELECT min(starts_on), max(ends_on) INTO since, until FROM periods
    WHERE tenant_id = current_tenant() AND company_id = company AND fiscal_year = year;
    IF since IS NULL THEN
        PERFORM refuse('year_must_exist', format('The company has no fiscal year %L. Open it, or name another.', year));
    END IF;
END $$;

-- What must hold before a year is closed, as the ledger knows it, and what to do where it does not.
--
-- A part of the ledger with something to say to this adds a function named year_check_… of a company
-- and the year's first and last day, which answers with (name, holds, cure).
CREATE FUNCTION ledger_year_checks(company uuid, year text)
RETURNS TABLE (name text, holds boolean, cure text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    days constant record := days_of_year(company, year);
    part text;
BEGIN
    FOR part IN
        SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        AND proname LIKE 'year\_check\_%' ORDER BY proname
    LOOP
        RETURN QUERY EXECUTE format('SELECT * FROM %I($1, $2, $3)', part) USING company, days.since, days.until;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION ledger_year_checks(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_year_checks(uuid, text) TO kontor_reader;

CREATE FUNCTION year_check_1_periods(company uuid, since date, until date)
RETURNS TABLE (name text, holds boolean, cure text)
LANGUAGE sql STABLE
AS $$
    SELECT 'months_are_locked', count(*) = 0,
           'Lock ' || string_agg(to_char(starts_on, 'FMMonth YYYY'), ', ' ORDER BY starts_on) || '.'
    FROM periods
    WHERE tenant_id = current_tenant() AND company_id = company AND starts_on BETWEEN since AND until
      AND NOT is_adjustment AND state NOT IN ('locked', 'closed')
    UNION ALL
    SELECT 'earlier_years_are_closed', count(*) = 0,
           'Close ' || string_agg(DISTINCT fiscal_year, ', ') || ' first.'
    FROM periods
    WHERE tenant_id = current_tenant() AND company_id = company AND starts_on < since AND state <> 'closed'
$$;

-- Only a fault or a hand in the tables can break these: they stand here as the last look at a year.
CREATE FUNCTION year_check_2_sums(company uuid, since date, until date)
RETURNS TABLE (name text, holds boolean, cure text)
LANGUAGE sql STABLE
AS $$
    WITH trial AS (
        SELECT currency, sum(debit) - sum(credit) AS residue, sum(base_debit) - sum(base_credit) AS base_residue
        FROM day_movements
        WHERE tenant_id = current_tenant() AND company_id = company AND entry_date <= until
        GROUP BY currency
    ), posted AS (
        SELECT p.account_id, p.entry_date, p.currency, p.dimension_set_id,
               sum(greatest(p.amount, 0)) AS debit, -sum(least(p.amount, 0)) AS credit,
               sum(greatest(p.base_amount, 0)) AS base_debit, -sum(least(p.base_amount, 0)) AS base_credit
        FROM postings p JOIN journal_entries e ON e.tenant_id = p.tenant_id AND e.id = p.entry_id
        WHERE p.tenant_id = current_tenant() AND e.company_id = company AND e.entry_date BETWEEN since AND until
        GROUP BY 1, 2, 3, 4
    ), moved AS (
        SELECT account_id, entry_date, currency, dimension_set_id, sum(debit) AS debit, sum(credit) AS credit,
               sum(base_debit) AS base_debit, sum(base_credit) AS base_credit
        FROM day_movements
        WHERE tenant_id = current_tenant() AND company_id = company AND entry_date BETWEEN since AND until
        GROUP BY 1, 2, 3, 4
    )
    SELECT 'trial_balance_is_zero', coalesce(bool_and(residue = 0), true) AND coalesce(sum(base_residue), 0) = 0,
           'Debits and credits differ. Check the integrity of the book and call whoever keeps the database.'
    FROM trial
    UNION ALL
    SELECT 'movements_equal_postings', count(*) = 0,
           format('Account %s has other sums than its postings on %s. Check the integrity of the book.',
                  min(account_id), min(entry_date))
    FROM (
        (TABLE posted EXCEPT TABLE moved) UNION ALL (TABLE moved EXCEPT TABLE posted)
    ) AS different
    UNION ALL
    SELECT 'exchange_clearing_is_settled', coalesce(sum(m.base_debit) = sum(m.base_credit), true),
           'Find the entry that crossed currencies on one side only, and post its other side.'
    FROM day_movements m JOIN accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id
    WHERE m.tenant_id = current_tenant() AND m.company_id = company AND m.entry_date <= until
      AND a.code = 'exchange_clearing'
$$;

-- A document on its way into a year would find the year closed.
CREATE FUNCTION year_check_3_processes(company uuid, since date, until date)
RETURNS TABLE (name text, holds boolean, cure text)
LANGUAGE sql STABLE
AS $$
    SELECT 'processes_have_ended', count(*) = 0, format(
           'Finish or cancel %s process(es) dated in the year, such as %s.', count(*), min(reference))
    FROM processes
    WHERE tenant_id = current_tenant() AND company_id = company AND business_date BETWEEN since AND until
      AND status IN ('running', 'waiting', 'exception')
$$;

-- What was reserved in the year is decided; what a later day reserved is of no concern.
CREATE FUNCTION year_check_4_holds(company uuid, since date, until date)
RETURNS TABLE (name text, holds boolean, cure text)
LANGUAGE sql STABLE
AS $$
    SELECT 'holds_are_decided', count(*) = 0, format(
           'Take or release %s hold(s) of the year, such as %L.', count(*), min(h.narration))
    FROM holds h JOIN tenants t ON t.id = h.tenant_id
    WHERE h.tenant_id = current_tenant() AND h.company_id = company AND h.state = 'open'
      AND (h.placed_at AT TIME ZONE t.time_zone)::date <= until
      AND (h.expires_at IS NULL OR h.expires_at > business_now())
$$;

-- What is owed or held in another currency is worth its closing rate at the year's end (Ind AS 21.23).
-- A revaluation that found no difference has no entry.
CREATE FUNCTION year_check_5_revaluation(company uuid, since date, until date)
RETURNS TABLE (name text, holds boolean, cure text)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    is_revalued boolean := EXISTS (
        SELECT FROM journal_entries WHERE tenant_id = current_tenant() AND company_id = company
        AND entry_date = until AND kind = 'revaluation');
BEGIN
    IF to_regclass('revaluations') IS NOT NULL AND NOT is_revalued THEN
        is_revalued := EXISTS (
            SELECT FROM revaluations WHERE tenant_id = current_tenant() AND company_id = company
            AND revalued_on = until);
    END IF;
    RETURN QUERY
    SELECT 'foreign_balances_are_revalued', count(*) = 0 OR is_revalued,
           format('Revalue %s on %s.', string_agg(code || ' in ' || currency, ', ' ORDER BY code, currency), until)
    FROM (
        SELECT a.code, m.currency
        FROM day_movements m
        JOIN accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id
        JOIN companies c ON c.tenant_id = m.tenant_id AND c.id = m.company_id
        WHERE m.tenant_id = current_tenant() AND m.company_id = company AND m.entry_date <= until
          AND a.is_monetary AND m.currency <> c.base_currency
        GROUP BY a.code, m.currency
        HAVING sum(m.debit) <> sum(m.credit) OR sum(m.base_debit) <> sum(m.base_credit)
    ) AS foreign_balance;
END $$;
