-- Budgets: versions of amounts by account, dimensions and month, and what posting may spend of them.

CREATE TABLE budgets (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    fiscal_year text NOT NULL,
    name text NOT NULL,
    version integer NOT NULL,
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'active', 'replaced')),
    drawn_up_by uuid NOT NULL,
    drawn_up_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    activated_by uuid,
    activated_at timestamptz,
    effect_key text NOT NULL,
    content_hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, effect_key),
    UNIQUE (tenant_id, company_id, fiscal_year, name, version),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id),
    FOREIGN KEY (tenant_id, drawn_up_by) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, activated_by) REFERENCES persons (tenant_id, id)
);

-- A month of a budget line. A line covers postings on its account that have all its dimensions.
-- Span month: what is spent in the month; year: what is spent from the year's start to the month's end.
CREATE TABLE budget_lines (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL DEFAULT uuidv7(),
    budget_id uuid NOT NULL,
    account_id bigint NOT NULL,
    dimensions jsonb NOT NULL,
    month date NOT NULL CHECK (month = date_trunc('month', month)),
    amount bigint NOT NULL CHECK (amount >= 0),
    action text NOT NULL CHECK (action IN ('report', 'warn', 'stop')),
    span text NOT NULL CHECK (span IN ('month', 'year')),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, account_id, month, budget_id, dimensions),
    FOREIGN KEY (tenant_id, budget_id) REFERENCES budgets (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id)
);
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON budget_lines
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The first month of a fiscal year of the company.
CREATE FUNCTION first_month_of(company uuid, year text) RETURNS date
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    first date := (SELECT min(starts_on) FROM periods
        WHERE tenant_id = current_tenant() AND company_id = company AND fiscal_year = year);
BEGIN
    IF first IS NULL THEN
        PERFORM refuse('period_must_exist', format(
            'The company has no periods of the fiscal year %s. Open the year first.', year));
    END IF;
    RETURN date_trunc('month', first);
END $$;

-- Keeps the next version of a budget as a draft. `stated` is {company, fiscal_year, name, lines:
-- [{account, dimensions, amounts, action, span}]}, amounts those of the twelve months in order.
CREATE FUNCTION ledger_set_budget(stated jsonb, person uuid, key text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    company constant uuid := stated->>'company';
    hash constant bytea := sha256(convert_to(stated::text, 'UTF8'));
    first date;
    made budgets;
BEGIN
    -- Versions are counted one at a time.
    PERFORM FROM companies WHERE tenant_id = tenant AND id = company FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('company_must_exist', format('There is no company %s.', company));
    END IF;
    SELECT * INTO made FROM budgets WHERE tenant_id = tenant AND effect_key = key;
    IF FOUND THEN
        IF made.content_hash <> hash THEN
            PERFORM refuse('effect_key_must_have_one_content', format(
                'The key %L was first used at %s for another budget. Use a key of its own for each.',
                key, made.drawn_up_at));
        END IF;
        RETURN made.id;
    END IF;
    first := first_month_of(company, stated->>'fiscal_year');
    PERFORM check_budget(company, stated);
    INSERT INTO budgets (tenant_id, id, company_id, fiscal_year, name, version, drawn_up_by, effect_key, content_hash)
    SELECT tenant, uuidv7(), company, stated->>'fiscal_year', stated->>'name', coalesce(max(version), 0) + 1,
           person, key, hash
    FROM budgets WHERE tenant_id = tenant AND company_id = company
        AND fiscal_year = stated->>'fiscal_year' AND name = stated->>'name'
    RETURNING * INTO made;
    INSERT INTO budget_lines (tenant_id, budget_id, account_id, dimensions, month, amount, action, span)
    SELECT tenant, made.id, a.id, l->'dimensions', first + make_interval(months => place::integer - 1),
           amount::bigint, l->>'action', l->>'span'
    FROM jsonb_array_elements(stated->'lines') AS l
    JOIN accounts AS a ON a.tenant_id = tenant AND a.company_id = company AND a.code = l->>'account'
    CROSS JOIN LATERAL jsonb_array_elements_text(l->'amounts') WITH ORDINALITY AS t (amount, place);
    RETURN made.id;
END $$;

-- What a budget must be.
CREATE FUNCTION check_budget(company uuid, stated jsonb) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    said record;
BEGIN
    IF coalesce(stated->>'name', '') !~ '\S' THEN
        PERFORM refuse('budget_must_have_name', 'Give the budget a name, such as Operating.');
    END IF;
    IF jsonb_array_length(stated->'lines') = 0 THEN
        PERFORM refuse('budget_must_have_lines', 'The budget has no lines. Add an account with its twelve amounts.');
    END IF;
    SELECT l.place, l.line->>'account' AS account, l.line->'dimensions' AS dimensions, r.code INTO said
    FROM jsonb_array_elements(stated->'lines') WITH ORDINALITY AS l (line, place)
    LEFT JOIN accounts AS a ON a.tenant_id = current_tenant() AND a.company_id = company
        AND a.code = l.line->>'account'
    CROSS JOIN LATERAL (SELECT CASE
        WHEN a.id IS NULL THEN 'account_must_exist'
        WHEN a.is_heading THEN 'account_must_take_postings'
        WHEN jsonb_array_length(l.line->'amounts') <> 12 THEN 'budget_line_must_have_twelve_amounts'
        WHEN EXISTS (SELECT FROM jsonb_array_elements_text(l.line->'amounts') AS amount
            WHERE amount::numeric NOT BETWEEN 0 AND 9007199254740991
            OR amount::numeric <> trunc(amount::numeric)) THEN 'amount_out_of_range'
        WHEN a.kind = 'income' AND l.line->>'action' <> 'report' THEN 'income_must_only_be_reported'
        WHEN 1 < (SELECT count(*) FROM jsonb_array_elements(stated->'lines') AS other
            WHERE other->>'account' = l.line->>'account' AND other->'dimensions' = l.line->'dimensions')
        THEN 'budget_line_must_be_unique' END AS code) AS r
    WHERE r.code IS NOT NULL ORDER BY l.place LIMIT 1;
    IF FOUND THEN
        PERFORM refuse(said.code, format('Line %s of the budget: ', said.place) || CASE said.code
            WHEN 'account_must_exist' THEN format(
                'the company has no account %L. Add it to the chart or use another.', said.account)
            WHEN 'account_must_take_postings' THEN format(
                '%s is a heading of the chart. Budget the accounts under it.', said.account)
            WHEN 'budget_line_must_have_twelve_amounts' THEN format(
                '%s needs one amount for each of the twelve months.', said.account)
            WHEN 'amount_out_of_range' THEN format(
                'each amount of %s is a whole number of minor units from 0 to 9007199254740991.', said.account)
            WHEN 'income_must_only_be_reported' THEN format(
                '%s is income, and more of it than planned is no overspending. Let the line report only.', said.account)
            ELSE format('%s with the dimensions %s stands there twice. Add its amounts up.',
                        said.account, said.dimensions) END);
    END IF;
END $$;

-- Makes a draft the active version of its name; the one before is replaced. Again changes nothing.
CREATE FUNCTION ledger_activate_budget(budget uuid, person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    chosen budgets;
BEGIN
    SELECT * INTO chosen FROM budgets WHERE tenant_id = tenant AND id = budget;
    IF NOT FOUND THEN
        PERFORM refuse('budget_must_exist', format('There is no budget %s.', budget));
    END IF;
    -- Waits for entries that are being posted in the year and holds new ones until commit: none can
    -- spend unseen while the budget becomes active. Others who activate wait too, so one stays active.
    PERFORM FROM periods WHERE tenant_id = tenant AND company_id = chosen.company_id
        AND fiscal_year = chosen.fiscal_year ORDER BY id FOR UPDATE;
    SELECT * INTO chosen FROM budgets WHERE tenant_id = tenant AND id = budget FOR UPDATE;
    IF chosen.state = 'active' THEN
        RETURN;
    ELSIF chosen.state = 'replaced' THEN
        PERFORM refuse('budget_must_be_draft', format(
            'Version %s of the budget %s was replaced. Draw up a new version.', chosen.version, chosen.name));
    END IF;
    UPDATE budgets SET state = 'replaced'
    WHERE tenant_id = tenant AND company_id = chosen.company_id AND fiscal_year = chosen.fiscal_year
        AND name = chosen.name AND state = 'active';
    UPDATE budgets SET state = 'active', activated_by = person, activated_at = clock_timestamp()
    WHERE tenant_id = tenant AND id = budget;
    UPDATE accounts AS a SET is_budgeted = NOT a.is_budgeted
    WHERE a.tenant_id = tenant AND a.company_id = chosen.company_id AND a.is_budgeted <> EXISTS (
        SELECT FROM budget_lines AS l JOIN budgets AS b ON b.tenant_id = l.tenant_id AND b.id = l.budget_id
        WHERE l.tenant_id = tenant AND l.account_id = a.id AND b.state = 'active');
END $$;

-- Base-currency debits less credits on an account over days, of postings that have all the dimensions.
CREATE FUNCTION base_movement(account bigint, having_dimensions jsonb, since date, until date) RETURNS numeric
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(sum(m.base_debit - m.base_credit), 0)
    FROM day_movements AS m
    WHERE m.tenant_id = (SELECT current_tenant())
        AND m.company_id = (SELECT company_id FROM accounts
            WHERE tenant_id = (SELECT current_tenant()) AND id = account)
        AND m.account_id = account AND m.entry_date BETWEEN since AND until
        AND (having_dimensions = '{}' OR (SELECT d.dimensions FROM dimension_sets AS d
            WHERE d.tenant_id = m.tenant_id AND d.id = m.dimension_set_id) @> having_dimensions)
$$;

-- What the postings would spend of active budgets: [{id, ordinal, spent}] with a row for each month
-- that they bear on. Spending within the year bears on every later month too. A year's closing is
-- no spending.
CREATE FUNCTION spending_on_budgets(entries entry_in[], lines posting_in[]) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_agg(jsonb_build_object('id', later.id, 'ordinal', s.ordinal, 'spent', s.spent))
    FROM (
        SELECT b.budget_id, b.account_id, b.dimensions, b.month, b.span, p.ordinal,
               sum(CASE b.normal_side WHEN 'debit' THEN p.base_amount ELSE -p.base_amount END) AS spent
        FROM unnest(lines) AS p
        CROSS JOIN LATERAL (
            SELECT l.*, a.normal_side FROM budget_lines AS l
            JOIN budgets AS v ON v.tenant_id = l.tenant_id AND v.id = l.budget_id AND v.state = 'active'
            JOIN accounts AS a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
            WHERE l.tenant_id = (SELECT current_tenant()) AND l.account_id = p.account_id
                AND l.month = date_trunc('month', p.entry_date)::date AND l.action <> 'report'
                AND p.dimensions @> l.dimensions OFFSET 0) AS b
        WHERE p.is_budgeted AND NOT EXISTS (
            SELECT FROM unnest(entries) AS e
            WHERE e.ordinal = p.ordinal AND (e.kind = 'closing' OR e.kind = 'reversal' AND (
                SELECT kind FROM journal_entries
                WHERE tenant_id = (SELECT current_tenant()) AND id = e.reverses) = 'closing'))
        GROUP BY b.budget_id, b.account_id, b.dimensions, b.month, b.span, p.ordinal
    ) AS s
    CROSS JOIN LATERAL (
        SELECT l.id FROM budget_lines AS l
        WHERE l.tenant_id = (SELECT current_tenant()) AND l.budget_id = s.budget_id
            AND l.account_id = s.account_id AND l.dimensions = s.dimensions
            AND (l.month = s.month OR s.span = 'year' AND l.month > s.month) OFFSET 0) AS later
$$;

-- The budget lines that would be overspent: what each has, what was spent before, what is added.
CREATE FUNCTION overspent_lines(spending jsonb)
RETURNS TABLE (id uuid, action text, message text)
LANGUAGE sql STABLE
AS $$
    SELECT b.id, b.action, format(
        'The budget for %s%s %s %s is %s minor units of %s. %s are spent and %s would be added. '
        'Post less, use another account, or ask for a new version of the budget.',
        b.code, CASE WHEN b.dimensions = '{}' THEN '' ELSE ' (' || (
            SELECT string_agg(key || ' ' || value, ', ' ORDER BY key) FROM jsonb_each_text(b.dimensions)) || ')' END,
        CASE b.span WHEN 'month' THEN 'in' ELSE 'until the end of' END, to_char(b.month, 'FMMonth YYYY'),
        b.allowed, b.base_currency, u.spent_before, b.added)
    FROM (
        SELECT l.*, s.added, a.code, a.normal_side, c.base_currency, y.first, CASE l.span WHEN 'month' THEN l.amount ELSE y.total END AS allowed
        FROM (SELECT id, sum(spent) AS added FROM jsonb_to_recordset(spending) AS s (id uuid, spent numeric)
              GROUP BY id HAVING sum(spent) > 0) AS s
        CROSS JOIN LATERAL (SELECT * FROM budget_lines AS l
            WHERE l.tenant_id = (SELECT current_tenant()) AND l.id = s.id LIMIT 1) AS l
        CROSS JOIN LATERAL (SELECT min(o.month) AS first, sum(o.amount) FILTER (WHERE o.month <= l.month) AS total
            FROM budget_lines AS o WHERE o.tenant_id = l.tenant_id AND o.budget_id = l.budget_id
            AND o.account_id = l.account_id AND o.dimensions = l.dimensions) AS y
        CROSS JOIN LATERAL (SELECT * FROM accounts AS a
            WHERE a.tenant_id = l.tenant_id AND a.id = l.account_id LIMIT 1) AS a
        CROSS JOIN LATERAL (SELECT base_currency FROM companies AS c
            WHERE c.tenant_id = l.tenant_id AND c.id = a.company_id LIMIT 1) AS c
    ) AS b
    CROSS JOIN LATERAL (
        SELECT CASE b.normal_side WHEN 'debit' THEN m ELSE -m END AS spent_before
        FROM base_movement(b.account_id, b.dimensions, CASE b.span WHEN 'month' THEN b.month ELSE b.first END,
                           (b.month + interval '1 month - 1 day')::date) AS m) AS u
    WHERE u.spent_before + b.added > b.allowed
    ORDER BY b.action, b.month, b.id
$$;

-- Holds what a stop line has left until commit, refuses what it does not cover, and warns of the rest.
-- Several groups at once are refused where one alone might only be warned: the caller asks again
-- group by group.
CREATE FUNCTION check_budgets(entries entry_in[], lines posting_in[]) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    spending constant jsonb := spending_on_budgets(entries, lines);
    over record;
    warnings jsonb := '{}';
BEGIN
    IF spending IS NULL THEN
        RETURN warnings;
    END IF;
    PERFORM FROM budget_lines AS l
    WHERE l.tenant_id = current_tenant() AND l.action = 'stop' AND l.id = ANY (ARRAY(
        SELECT (s->>'id')::uuid FROM jsonb_array_elements(spending) AS s))
    ORDER BY l.id FOR UPDATE;
    -- A statement of its own: what it reads after waiting for a lock is what the others have spent.
    FOR over IN SELECT * FROM overspent_lines(spending) LOOP
        IF over.action = 'stop' OR (SELECT min(e.grp) <> max(e.grp) FROM unnest(entries) AS e) THEN
            PERFORM refuse('budget_must_cover', over.message);
        END IF;
        warnings := merge_warnings(warnings, (
            SELECT jsonb_object_agg(s->>'ordinal', jsonb_build_array(over.message))
            FROM jsonb_array_elements(spending) AS s
            WHERE (s->>'id')::uuid = over.id AND (s->>'spent')::numeric > 0));
    END LOOP;
    RETURN warnings;
END $$;
