-- Closing a fiscal year and reopening it.

-- The closing entries of a year as a batch: one for each dimension set. Every income and expense
-- balance is moved in its own currency. A foreign one crosses to retained earnings, which are in the
-- base currency, through exchange clearing, worth what it was worth in the book.
CREATE FUNCTION closing_batch(company uuid, since date, until date, retained text, clearing text, key text,
    process uuid) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    WITH book AS (
        SELECT base_currency AS base FROM companies WHERE tenant_id = current_tenant() AND id = company
    ), held AS (
        SELECT m.dimension_set_id, a.code, m.currency, sum(m.debit) - sum(m.credit) AS amount,
               sum(m.base_debit) - sum(m.base_credit) AS base_amount
        FROM day_movements m JOIN accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id
        WHERE m.tenant_id = current_tenant() AND m.company_id = company
          AND m.entry_date BETWEEN since AND until AND a.kind IN ('income', 'expense')
        GROUP BY 1, 2, 3
    ), line AS (
        SELECT dimension_set_id, 1 AS part, code, currency, -amount AS amount, -base_amount AS base_amount FROM held
        UNION ALL
        SELECT dimension_set_id, 2, clearing, currency, sum(amount), sum(base_amount)
        FROM held, book WHERE currency <> base GROUP BY dimension_set_id, currency
        UNION ALL
        SELECT dimension_set_id, 3, clearing, base, -sum(base_amount), -sum(base_amount)
        FROM held, book WHERE currency <> base GROUP BY dimension_set_id, base
        UNION ALL
        SELECT dimension_set_id, 4, retained, base, sum(base_amount), sum(base_amount)
        FROM held, book GROUP BY dimension_set_id, base
    )
    SELECT jsonb_agg(item ORDER BY dimension_set_id)
    FROM (
        SELECT l.dimension_set_id, jsonb_build_object(
            'key', key || '/' || l.dimension_set_id, 'entry', jsonb_build_object(
                'company', company, 'entry_date', until, 'kind', 'closing', 'process', process,
                'narration', 'Closing of ' || fiscal_year_of(until),
                'postings', jsonb_agg(jsonb_build_object('account', l.code, 'amount', l.amount,
                    'currency', l.currency, 'base_amount', l.base_amount, 'dimensions', d.dimensions)
                    ORDER BY l.part, l.code, l.currency))) AS item
        FROM line l JOIN dimension_sets d ON d.tenant_id = current_tenant() AND d.id = l.dimension_set_id
        WHERE l.amount <> 0 OR l.base_amount <> 0
        GROUP BY l.dimension_set_id
    ) AS items
$$;

-- Gives all periods of a year one state, and keeps who, when and why. Module locks end with it.
CREATE FUNCTION set_year(company uuid, year text, new_state text, person uuid, checker uuid, why text)
RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO period_changes (tenant_id, id, period_id, old_state, state, roles, changed_at, changed_by,
        checked_by, reason)
    SELECT tenant_id, uuidv7(), id, state, new_state, '{}', business_now(), person, checker, why
    FROM periods WHERE tenant_id = current_tenant() AND company_id = company AND fiscal_year = year;
    UPDATE periods SET state = new_state, roles = '{}', module_states = '{}', changed_at = business_now(),
        changed_by = person, reason = why
    WHERE tenant_id = current_tenant() AND company_id = company AND fiscal_year = year
$$;

-- Holds the periods of a year against postings until commit. Waits for postings under way.
CREATE FUNCTION hold_year(company uuid, year text) RETURNS void
LANGUAGE plpgsql
AS $$ BEGIN
    PERFORM pg_advisory_xact_lock(gate)
    FROM (SELECT DISTINCT period_gate(company_id, starts_on) AS gate FROM periods
          WHERE tenant_id = current_tenant() AND company_id = company AND fiscal_year = year ORDER BY 1) AS gates;
    PERFORM FROM periods
    WHERE tenant_id = current_tenant() AND company_id = company AND fiscal_year = year
    ORDER BY id FOR UPDATE;
END $$;

-- Lets this transaction, which holds it, post into the adjustment period, or shuts it again.
CREATE FUNCTION set_adjustment(company uuid, year text, new_state text) RETURNS void
LANGUAGE sql
AS $$
    UPDATE periods SET state = new_state
    WHERE tenant_id = current_tenant() AND company_id = company AND fiscal_year = year AND is_adjustment
$$;

-- Whether a year is closed.
CREATE FUNCTION year_is_closed(company uuid, year text) RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT bool_and(state = 'closed') FROM periods
    WHERE tenant_id = current_tenant() AND company_id = company AND fiscal_year = year
$$;

-- The closing of a year that stands.
CREATE FUNCTION standing_closing(company uuid, year text) RETURNS year_closings
LANGUAGE sql STABLE
AS $$
    SELECT c.* FROM year_closings c
    WHERE c.tenant_id = current_tenant() AND c.company_id = company AND c.fiscal_year = year
      AND NOT EXISTS (SELECT FROM year_reopenings r
                      WHERE r.tenant_id = c.tenant_id AND r.closing_id = c.id)
$$;

-- The account that takes the year's result.
CREATE FUNCTION check_retained_earnings(company uuid, account_code text) RETURNS bigint
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    held accounts;
BEGIN
    SELECT * INTO held FROM accounts
    WHERE tenant_id = current_tenant() AND company_id = company AND code = account_code;
    IF NOT FOUND THEN
        PERFORM refuse('account_must_exist', format(
            'The company has no account %L. Add it to the chart or use another.', account_code));
    END IF;
    IF held.kind <> 'equity' OR held.is_heading THEN
        PERFORM refuse('retained_earnings_must_be_equity', format(
            'The result of a year goes to an account of kind equity that takes postings; %s is not one.',
            account_code));
    END IF;
    RETURN held.id;
END $$;

-- Refuses unless everything on the checklist holds.
CREATE FUNCTION check_year_is_ready(company uuid, year text) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    failing jsonb;
    cures text;
BEGIN
    SELECT jsonb_object_agg(name, cure), string_agg(cure, ' ') INTO failing, cures
    FROM ledger_year_checks(company, year) WHERE NOT holds;
    IF failing IS NOT NULL THEN
        PERFORM refuse('year_must_be_ready_to_close', format('%s cannot be closed yet. %s', year, cures), failing);
    END IF;
END $$;

-- Closes a year: moves every income and expense balance to retained earnings, keeps what every
-- account then holds, and closes the year's periods. Answers with the closing's id.
CREATE FUNCTION ledger_close_year(company uuid, year text, retained text, clearing text, person uuid,
    why text, key text, process uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    content constant bytea := sha256(convert_to(
        jsonb_build_array(company, year, retained, clearing, person, why)::text, 'UTF8'));
    closing constant uuid := uuidv7();
    days record;
    earlier year_closings;
    retained_id bigint;
    batch jsonb;
BEGIN
    PERFORM hold_years(company);
    SELECT * INTO earlier FROM year_closings WHERE tenant_id = tenant AND effect_key = key;
    IF FOUND THEN
        PERFORM check_content(key, earlier.content_hash, content);
        RETURN earlier.id;
    END IF;
    days := days_of_year(company, year);
    PERFORM check_persons(person, NULL, why);
    retained_id := check_retained_earnings(company, retained);
    PERFORM hold_year(company, year);
    IF year_is_closed(company, year) THEN
        PERFORM refuse('year_must_be_open', format('%s is closed already.', year));
    END IF;
    PERFORM check_year_is_ready(company, year);
    INSERT INTO year_closings (tenant_id, id, company_id, fiscal_year, version, starts_on, ends_on,
        retained_earnings_id, closed_at, closed_by, reason, effect_key, content_hash)
    SELECT tenant, closing, company, year, count(*) + 1, days.since, days.until, retained_id,
           business_now(), person, why, key, content
    FROM year_closings WHERE tenant_id = tenant AND company_id = company AND fiscal_year = year;
    PERFORM set_year(company, year, 'closed', person, NULL, why);
    batch := closing_batch(company, days.since, days.until, retained, clearing, key, process);
    IF batch IS NOT NULL THEN
        PERFORM set_adjustment(company, year, 'open');
        INSERT INTO closing_entries (tenant_id, closing_id, entry_id)
        SELECT tenant, closing, o.entry_id FROM unnest(post_batch(batch, 'atomic')) AS o;
        PERFORM set_adjustment(company, year, 'closed');
    END IF;
    INSERT INTO period_balances (tenant_id, closing_id, account_id, currency, dimension_set_id, debit,
        credit, base_debit, base_credit)
    SELECT tenant, closing, account_id, currency, dimension_set_id, sum(debit), sum(credit),
           sum(base_debit), sum(base_credit)
    FROM day_movements
    WHERE tenant_id = tenant AND company_id = company AND entry_date <= days.until
    GROUP BY account_id, currency, dimension_set_id;
    RETURN closing;
END $$;

-- Reopens a closed year: reverses its closing entries, and leaves its periods locked. Answers with the
-- closing that no longer stands.
CREATE FUNCTION ledger_reopen_year(company uuid, year text, maker uuid, checker uuid, why text, key text,
    process uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    content constant bytea := sha256(convert_to(
        jsonb_build_array(company, year, maker, checker, why)::text, 'UTF8'));
    days record;
    earlier year_reopenings;
    standing year_closings;
    later text;
BEGIN
    PERFORM hold_years(company);
    SELECT * INTO earlier FROM year_reopenings WHERE tenant_id = tenant AND effect_key = key;
    IF FOUND THEN
        PERFORM check_content(key, earlier.content_hash, content);
        RETURN earlier.closing_id;
    END IF;
    days := days_of_year(company, year);
    IF checker IS NULL THEN
        PERFORM refuse('checker_must_be_named', 'Reopening a year needs a second person. Name who checked it.');
    END IF;
    PERFORM check_persons(maker, checker, why);
    standing := standing_closing(company, year);
    IF standing.id IS NULL THEN
        PERFORM refuse('year_must_be_closed', format('%s is not closed, so there is nothing to reopen.', year));
    END IF;
    SELECT fiscal_year INTO later FROM periods
    WHERE tenant_id = tenant AND company_id = company AND starts_on > days.until AND state = 'closed'
    ORDER BY starts_on DESC LIMIT 1;
    IF FOUND THEN
        PERFORM refuse('later_year_must_be_open', format('%s is closed. Reopen it before %s.', later, year),
            jsonb_build_object('fiscal_year', later));
    END IF;
    PERFORM hold_year(company, year);
    PERFORM set_year(company, year, 'locked', maker, checker, why);
    PERFORM set_adjustment(company, year, 'open');
    PERFORM ledger_reverse(e.entry_id, days.until, why, key || '/' || e.entry_id, process, '{}')
    FROM (SELECT entry_id FROM closing_entries
          WHERE tenant_id = tenant AND closing_id = standing.id ORDER BY entry_id) AS e;
    PERFORM set_adjustment(company, year, 'locked');
    INSERT INTO year_reopenings (tenant_id, closing_id, reopened_at, maker, checker, reason, effect_key,
        content_hash)
    VALUES (tenant, standing.id, business_now(), maker, checker, why, key, content);
    RETURN standing.id;
END $$;

CREATE FUNCTION check_content(key text, first bytea, content bytea) RETURNS void
LANGUAGE plpgsql
AS $$ BEGIN
    IF first <> content THEN
        PERFORM refuse('effect_key_must_have_one_content', format(
            'The key %L was first used with other values. Use a key of its own for each closing and reopening.',
            key));
    END IF;
END $$;
