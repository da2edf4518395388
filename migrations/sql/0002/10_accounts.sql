-- The chart of accounts: opened, renamed, regrouped, closed. History keeps the account, not its name.

-- A list of names, or null.
CREATE FUNCTION names(stated jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE
AS $$
    SELECT coalesce(array_agg(name ORDER BY name), '{}') FROM jsonb_array_elements_text(stated) AS name
    HAVING stated IS NOT NULL
$$;

-- Opens an account, or gives one that is there what is stated of it. What is left out stays as it
-- is. Its kind, normal side and currency stay what it was opened with.
CREATE FUNCTION ledger_open_account(company uuid, stated jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    held accounts;
    parent bigint;
BEGIN
    IF stated->>'parent' IS NOT NULL THEN
        parent := heading(company, stated->>'parent');
    END IF;
    SELECT * INTO held FROM accounts
    WHERE tenant_id = tenant AND company_id = company AND code = stated->>'code' FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO accounts (tenant_id, company_id, code, title, translations, kind, normal_side, currency,
            slots, opened_on, is_heading, control, parent_id, statement_line, cash_flow, is_monetary,
            required_dimensions, forbidden_dimensions)
        VALUES (tenant, company, stated->>'code', stated->>'title', coalesce(stated->'translations', '{}'),
            stated->>'kind',
            coalesce(stated->>'normal_side',
                CASE WHEN stated->>'kind' IN ('asset', 'expense') THEN 'debit' ELSE 'credit' END),
            stated->>'currency', coalesce((stated->>'slots')::smallint, 1), (stated->>'opened_on')::date,
            coalesce((stated->>'is_heading')::boolean, false), stated->>'control', parent,
            stated->>'statement_line', stated->>'cash_flow',
            coalesce((stated->>'is_monetary')::boolean, false),
            coalesce(names(stated->'required_dimensions'), '{}'),
            coalesce(names(stated->'forbidden_dimensions'), '{}'))
        RETURNING id INTO held.id;
        RETURN held.id;
    END IF;
    IF held.kind <> stated->>'kind' OR held.normal_side <> stated->>'normal_side'
        OR held.currency <> stated->>'currency' OR held.control <> stated->>'control'
        OR held.is_heading <> (stated->>'is_heading')::boolean THEN
        PERFORM refuse('account_must_keep_kind', format(
            'Account %s is a %s of normal side %s%s. Open another account for what differs.', held.code,
            held.kind, held.normal_side, coalesce(' in ' || held.currency, '')));
    END IF;
    UPDATE accounts SET
        title = coalesce(stated->>'title', title),
        translations = coalesce(stated->'translations', translations),
        parent_id = coalesce(parent, parent_id),
        statement_line = coalesce(stated->>'statement_line', statement_line),
        cash_flow = coalesce(stated->>'cash_flow', cash_flow),
        is_monetary = coalesce((stated->>'is_monetary')::boolean, is_monetary),
        required_dimensions = coalesce(names(stated->'required_dimensions'), required_dimensions),
        forbidden_dimensions = coalesce(names(stated->'forbidden_dimensions'), forbidden_dimensions)
    WHERE tenant_id = tenant AND id = held.id;
    RETURN held.id;
END $$;

-- The heading of a code.
CREATE FUNCTION heading(company uuid, heading_code text) RETURNS bigint
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    held accounts;
BEGIN
    SELECT * INTO held FROM accounts
    WHERE tenant_id = current_tenant() AND company_id = company AND code = heading_code;
    IF held.is_heading IS NOT TRUE THEN
        PERFORM refuse('account_must_stand_under_a_heading', format(
            '%L is no heading of the chart. Open it as a heading first.', heading_code));
    END IF;
    RETURN held.id;
END $$;

-- Gives an account another code. Entries, balances and numbers follow, since they name its id.
CREATE FUNCTION ledger_rename_account(company uuid, account_code text, new_code text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ BEGIN
    IF EXISTS (SELECT FROM accounts
               WHERE tenant_id = current_tenant() AND company_id = company AND code = new_code) THEN
        PERFORM refuse('account_must_be_unique', format('There is an account %s already.', new_code));
    END IF;
    UPDATE accounts SET code = new_code
    WHERE tenant_id = current_tenant() AND company_id = company AND code = account_code;
    IF NOT FOUND THEN
        PERFORM refuse('account_must_exist', format('The company has no account %L.', account_code));
    END IF;
END $$;

-- Closes an account from the day after `last_day` on, once it holds nothing.
CREATE FUNCTION ledger_close_account(company uuid, account_code text, last_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    held accounts;
BEGIN
    SELECT * INTO held FROM accounts
    WHERE tenant_id = current_tenant() AND company_id = company AND code = account_code FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('account_must_exist', format('The company has no account %L.', account_code));
    END IF;
    IF EXISTS (SELECT FROM balances
               WHERE tenant_id = current_tenant() AND company_id = company AND account_id = held.id
               GROUP BY currency HAVING sum(debit) <> sum(credit) OR sum(base_debit) <> sum(base_credit)) THEN
        PERFORM refuse('account_must_be_empty', format(
            'Account %s still holds a balance. Move it to another account first.', account_code));
    END IF;
    IF EXISTS (SELECT FROM postings WHERE tenant_id = current_tenant() AND account_id = held.id
               AND entry_date > last_day) THEN
        PERFORM refuse('account_must_be_empty', format(
            'Account %s has entries after %s. Close it on a later day.', account_code, last_day));
    END IF;
    UPDATE accounts SET closed_on = last_day WHERE tenant_id = current_tenant() AND id = held.id;
END $$;
