-- Periods of the book: which take entries, who may still post in them, and who changed that and why.

ALTER TABLE periods
    ADD COLUMN is_adjustment boolean NOT NULL DEFAULT false,
    ADD COLUMN roles text[] NOT NULL DEFAULT '{}',
    -- By module: {"inventory": {"state": "locked", "roles": []}}. Part of the row, so that whoever
    -- waited for the row reads the new state of both.
    ADD COLUMN module_states jsonb NOT NULL DEFAULT '{}',
    DROP CONSTRAINT periods_state_check,
    ADD CONSTRAINT periods_state_check CHECK (state IN ('open', 'soft_locked', 'locked', 'closed')),
    ADD CONSTRAINT adjustment_is_one_day CHECK (NOT is_adjustment OR starts_on = ends_on),
    ADD CONSTRAINT soft_lock_names_roles CHECK ((state = 'soft_locked') = (roles <> '{}'));

-- From now on a period is closed with its year. Every year gets its adjustment period, in the state
-- of its last month. The owner is bound by row security only where it is forced.
ALTER TABLE periods NO FORCE ROW LEVEL SECURITY;
UPDATE periods SET state = 'locked' WHERE state = 'closed';
INSERT INTO periods (tenant_id, id, company_id, starts_on, ends_on, fiscal_year, is_adjustment, state)
SELECT tenant_id, uuidv7(), company_id, max(ends_on), max(ends_on), fiscal_year, true,
       (array_agg(state ORDER BY starts_on DESC))[1]
FROM periods GROUP BY tenant_id, company_id, fiscal_year;
ALTER TABLE periods FORCE ROW LEVEL SECURITY;

CREATE TABLE period_changes (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    period_id uuid NOT NULL,
    module text,
    old_state text NOT NULL,
    state text NOT NULL,
    roles text[] NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL,
    checked_by uuid CHECK (checked_by <> changed_by),
    reason text NOT NULL,
    effect_key text,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, effect_key),
    FOREIGN KEY (tenant_id, period_id) REFERENCES periods (tenant_id, id),
    FOREIGN KEY (tenant_id, changed_by) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, checked_by) REFERENCES persons (tenant_id, id)
);
CREATE INDEX period_changes_period_id ON period_changes (tenant_id, period_id, id);
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON period_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whether a state lets one of these roles post.
CREATE FUNCTION lets_in(state text, allowed text[], roles text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$ SELECT state = 'open' OR (state = 'soft_locked' AND coalesce(allowed && roles, false)) $$;

-- What messages call a period.
CREATE FUNCTION period_title(starts_on date, fiscal_year text, is_adjustment boolean) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN is_adjustment THEN 'the adjustment period of ' || fiscal_year
                ELSE to_char(starts_on, 'FMMonth YYYY') END
$$;

-- A state in words.
CREATE FUNCTION state_said(state text, roles text[]) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN state = 'soft_locked' THEN 'locked but for ' || array_to_string(roles, ' and ') ELSE state END
$$;

-- What a change of a month's state waits at, and postings in it pass together. The rows' own locks
-- keep out what is late; but a row that always somebody shares is never had alone: without the gate
-- twelve who post without pause keep a month from being locked for minutes.
CREATE FUNCTION period_gate(company uuid, day date) RETURNS bigint
LANGUAGE sql IMMUTABLE
AS $$ SELECT uuid_hash_extended(company, extract(year FROM day)::bigint * 12 + extract(month FROM day)::bigint) $$;

-- Holds each period against a lock until commit, and says whether plainly all take the entries.
--
-- The last day of a year lies in two periods: adjusting and closing entries, and reversals of them,
-- belong to the adjustment period, all others to the month.
CREATE FUNCTION periods_take(entries entry_in[]) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    one constant entry_in := CASE cardinality(entries) WHEN 1 THEN entries[1] END;
    companies uuid[] := ARRAY[one.company_id];
    first date := one.entry_date;
    last date := one.entry_date;
    are_usual boolean := one.reverses IS NULL AND one.entry_date IS NOT NULL;
    are_behind_gates boolean;
    take_all boolean;
BEGIN
    IF cardinality(entries) <> 1 THEN
        SELECT array_agg(m.company_id), min(m.first), max(m.last), bool_and(m.usual),
               count(pg_advisory_xact_lock_shared(m.gate)) > 0
        INTO companies, first, last, are_usual, are_behind_gates FROM (
            SELECT e.company_id, period_gate(e.company_id, e.entry_date) AS gate, min(e.entry_date) AS first,
                   max(e.entry_date) AS last, bool_and(e.reverses IS NULL AND e.entry_date IS NOT NULL) AS usual
            FROM unnest(entries) AS e GROUP BY 1, 2 ORDER BY 2
        ) AS m;
    ELSE
        are_behind_gates := pg_advisory_xact_lock_shared(period_gate(one.company_id, first)) IS NOT NULL;
    END IF;
    -- A statement of its own: what it reads after waiting for a lock is the period's new state.
    SELECT bool_and(p.takes_all) AND range_agg(p.days) @> daterange(first, last, '[]') INTO take_all FROM (
        SELECT state = 'open' AND module_states = '{}' AS takes_all, daterange(starts_on, ends_on, '[]') AS days
        FROM periods
        WHERE tenant_id = tenant AND company_id = ANY (companies) AND starts_on <= last AND ends_on >= first
        ORDER BY id FOR KEY SHARE
    ) AS p;
    -- One company's, in months without a gap that are all open: most batches are.
    RETURN coalesce(take_all AND are_usual AND companies[1] = ALL (companies), false);
END $$;

-- The same, and which entries they refuse.
CREATE FUNCTION hold_periods(entries entry_in[])
RETURNS TABLE (ordinal integer, code text, message text)
LANGUAGE plpgsql
AS $$ BEGIN
    IF NOT periods_take(entries) THEN
        RETURN QUERY SELECT * FROM refused_by_periods(entries);
    END IF;
END $$;

-- Which entries the periods refuse, once they are held.
CREATE FUNCTION refused_by_periods(entries entry_in[])
RETURNS TABLE (ordinal integer, code text, message text)
LANGUAGE sql
AS $$
    SELECT e.ordinal,
           CASE WHEN h.state IS NULL THEN 'period_must_exist'
                WHEN o.moved THEN 'closing_entry_must_stay_in_its_year' ELSE 'period_locked' END,
           CASE WHEN h.state IS NULL
                THEN format('No period holds %s. Open the fiscal year first.', e.entry_date)
                WHEN o.moved
                THEN format('The closing entry of %s is undone by reopening its year, not on %s.',
                            o.entry_date, e.entry_date)
                ELSE format('The entry is dated %s, but %s is %s. Use a date in an open period or ask for the period to be reopened.',
                            e.entry_date, period_title(h.starts_on, h.fiscal_year, h.is_adjustment),
                            CASE WHEN lets_in(h.state, h.roles, e.roles)
                                 THEN state_said(m.state, m.roles) || ' for ' || e.module
                                 ELSE state_said(h.state, h.roles) END) END
    FROM unnest(entries) AS e
    LEFT JOIN LATERAL (
        SELECT kind, entry_date, kind = 'closing' AND entry_date <> e.entry_date AS moved FROM journal_entries
        WHERE tenant_id = (SELECT current_tenant()) AND id = e.reverses LIMIT 1) AS o ON true
    LEFT JOIN LATERAL (
        SELECT p.state, p.roles, p.starts_on, p.fiscal_year, p.is_adjustment, p.module_states
        FROM periods AS p
        WHERE p.tenant_id = (SELECT current_tenant()) AND p.company_id = e.company_id
          AND p.starts_on BETWEEN e.entry_date - 30 AND e.entry_date AND e.entry_date <= p.ends_on
          AND (NOT p.is_adjustment OR coalesce(o.kind, e.kind) = ANY ('{adjusting,closing}'))
        ORDER BY p.starts_on DESC LIMIT 1) AS h ON true
    LEFT JOIN LATERAL jsonb_to_record(h.module_states->e.module) AS m (state text, roles text[]) ON true
    WHERE h.state IS NULL OR NOT lets_in(h.state, h.roles, e.roles) OR o.moved
       OR (m.state IS NOT NULL AND NOT lets_in(m.state, m.roles, e.roles))
$$;

-- One operation on a company's years at a time; postings go on.
CREATE FUNCTION hold_years(company uuid) RETURNS void
LANGUAGE plpgsql
AS $$ BEGIN
    PERFORM FROM companies WHERE tenant_id = current_tenant() AND id = company FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('company_must_exist', format('There is no company %s.', company));
    END IF;
END $$;

-- Opens the fiscal year of a day: twelve months and the adjustment period on its last day. Answers
-- with the periods that are new.
CREATE OR REPLACE FUNCTION ledger_open_year(company uuid, day date) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    first_day constant date := (
        SELECT (date_trunc('year', day - make_interval(months => fiscal_year_starts_in - 1))
                + make_interval(months => fiscal_year_starts_in - 1))::date
        FROM tenants WHERE id = tenant);
    last_day constant date := (first_day + interval '1 year - 1 day')::date;
    later text;
BEGIN
    PERFORM hold_years(company);
    SELECT min(fiscal_year) INTO later FROM periods
    WHERE tenant_id = tenant AND company_id = company AND starts_on > last_day AND state = 'closed';
    IF later IS NOT NULL AND NOT EXISTS (SELECT FROM periods
        WHERE tenant_id = tenant AND company_id = company AND starts_on = first_day) THEN
        PERFORM refuse('later_year_must_be_open', format(
            '%s is closed, and it opened with what years before it left. Reopen it before you open %s.',
            later, fiscal_year_of(first_day)), jsonb_build_object('fiscal_year', later));
    END IF;
    RETURN QUERY
    INSERT INTO periods (tenant_id, id, company_id, starts_on, ends_on, fiscal_year, is_adjustment)
    SELECT tenant, uuidv7(), company, month::date, (month + interval '1 month - 1 day')::date,
           fiscal_year_of(first_day), false
    FROM generate_series(first_day::timestamp, last_day, '1 month') AS month
    UNION ALL
    SELECT tenant, uuidv7(), company, last_day, last_day, fiscal_year_of(first_day), true
    ON CONFLICT DO NOTHING
    RETURNING id;
END $$;

DROP FUNCTION ledger_set_period(uuid, text, uuid, text);

-- Gives a period, or one module in it, its state. Waits for postings under way in it; later ones
-- meet the new state. The same state again changes nothing; the same key again does nothing.
CREATE FUNCTION ledger_set_period(
    period uuid, new_state text, person uuid, why text, allowed text[] DEFAULT '{}',
    of_module text DEFAULT NULL, checker uuid DEFAULT NULL, key text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    posters constant text[] := ARRAY(SELECT DISTINCT unnest(allowed) ORDER BY 1);
    held periods;
    old_state text;
    old_roles text[];
    earlier period_changes;
BEGIN
    PERFORM pg_advisory_xact_lock(period_gate(company_id, starts_on))
    FROM periods WHERE tenant_id = tenant AND id = period;
    SELECT * INTO held FROM periods WHERE tenant_id = tenant AND id = period FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('period_must_exist', format('There is no period %s.', period));
    END IF;
    SELECT * INTO earlier FROM period_changes WHERE tenant_id = tenant AND effect_key = key;
    IF FOUND THEN
        IF (earlier.period_id, earlier.module, earlier.state, earlier.roles, earlier.changed_by,
            earlier.checked_by, earlier.reason)
            IS DISTINCT FROM (period, of_module, new_state, posters, person, checker, why) THEN
            PERFORM refuse('effect_key_must_have_one_content', format(
                'The key %L was used for another change of a period. Use a key of its own for each change.', key));
        END IF;
        RETURN;
    END IF;
    PERFORM check_period_change(held, new_state, posters, of_module);
    PERFORM check_persons(person, checker, why);
    old_state := CASE WHEN of_module IS NULL THEN held.state
        ELSE coalesce(held.module_states->of_module->>'state', 'open') END;
    old_roles := CASE WHEN of_module IS NULL THEN held.roles
        ELSE ARRAY(SELECT jsonb_array_elements_text(held.module_states->of_module->'roles')) END;
    IF key IS NULL AND old_state = new_state AND old_roles = posters THEN
        RETURN;
    END IF;
    IF of_module IS NULL THEN
        UPDATE periods SET state = new_state, roles = posters,
            changed_at = business_now(), changed_by = person, reason = why
        WHERE tenant_id = tenant AND id = period;
    ELSE
        UPDATE periods SET
            module_states = CASE new_state WHEN 'open' THEN module_states - of_module
                ELSE module_states || jsonb_build_object(of_module,
                    jsonb_build_object('state', new_state, 'roles', posters)) END,
            changed_at = business_now(), changed_by = person, reason = why
        WHERE tenant_id = tenant AND id = period;
    END IF;
    INSERT INTO period_changes (tenant_id, id, period_id, module, old_state, state, roles, changed_at,
        changed_by, checked_by, reason, effect_key)
    VALUES (tenant, uuidv7(), period, of_module, old_state, new_state, posters, business_now(), person,
        checker, why, key);
END $$;

-- The ladder of a period's states: open, soft_locked and locked follow one another in any order;
-- closed comes and goes with the year.
CREATE FUNCTION check_period_change(held periods, new_state text, posters text[], of_module text) RETURNS void
LANGUAGE plpgsql
AS $$ BEGIN
    IF new_state = 'closed' THEN
        PERFORM refuse('period_must_be_closed_with_its_year', format(
            'Lock %s; it is closed by closing %s.',
            period_title(held.starts_on, held.fiscal_year, held.is_adjustment), held.fiscal_year));
    END IF;
    IF new_state <> ALL ('{open,soft_locked,locked}') OR new_state IS NULL THEN
        PERFORM refuse('period_state_must_be_known', format(
            'A period is open, soft_locked or locked, not %L.', new_state));
    END IF;
    IF of_module <> ALL ('{general,sales,purchase,banking,inventory,payroll,forex,insurance}') THEN
        PERFORM refuse('module_must_be_known', format(
            'There is no module %L. Leave it out to change the period for all modules.', of_module));
    END IF;
    IF (new_state = 'soft_locked') <> (posters <> '{}') THEN
        PERFORM refuse('soft_lock_must_name_roles', CASE new_state
            WHEN 'soft_locked' THEN 'Name the roles that may still post; to let nobody post, lock the period.'
            ELSE format('Only a soft lock names roles; leave out %s.', array_to_string(posters, ' and ')) END);
    END IF;
    IF held.state = 'closed' THEN
        PERFORM refuse('period_must_not_be_closed', format(
            'A closed period is reopened by reopening its year, %s.', held.fiscal_year));
    END IF;
END $$;

-- Who acts, who checked it where somebody did, and why.
CREATE FUNCTION check_persons(maker uuid, checker uuid, why text) RETURNS void
LANGUAGE plpgsql
AS $$ BEGIN
    IF coalesce(why, '') !~ '\S' THEN
        PERFORM refuse('reason_must_be_given', 'Say why; an auditor will ask.');
    END IF;
    IF maker = checker THEN
        PERFORM refuse('checker_must_differ_from_maker',
            'The one who asks for it may not check it. Ask somebody else.');
    END IF;
    IF maker IS NULL OR EXISTS (SELECT FROM unnest(ARRAY[maker, checker]) AS person (id)
        LEFT JOIN persons AS p ON p.tenant_id = current_tenant() AND p.id = person.id
        WHERE person.id IS NOT NULL AND p.id IS NULL) THEN
        PERFORM refuse('person_must_exist', format('There is no person %s.', concat_ws(' or ', maker, checker)));
    END IF;
END $$;
