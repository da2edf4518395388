-- The only writers of the book. Each climbs the same ladder of rules as domain/ledger/entry.py.

CREATE TYPE entry_in AS (
    ordinal integer, id uuid, key text, content_hash bytea, company_id uuid, base_currency text,
    entry_date date, kind text, narration text, reverses uuid, party_id uuid, due_date date,
    process_id uuid, document_id uuid, series text, pattern text, postings jsonb
);
CREATE TYPE posting_in AS (
    ordinal integer, line integer, entry_id uuid, company_id uuid, base_currency text, entry_date date,
    account text, account_id bigint, opened_on date, closed_on date, only_currency text, slot smallint,
    amount numeric, currency text, base_amount numeric, dimensions jsonb, dimension_set_id bigint
);
CREATE TYPE entry_outcome AS (
    ordinal integer, outcome text, entry_id uuid, number text, code text, message text
);

-- A session keeps the plans it made while tables were small. So that they stay good, each look-up
-- below is LATERAL with LIMIT, which only an index can answer, nothing joins one array with another,
-- and ledger_post and ledger_reverse plan without sequential scans.
CREATE FUNCTION read_entries(batch jsonb) RETURNS entry_in[]
LANGUAGE sql VOLATILE
AS $$
    SELECT array_agg(ROW(
        ordinality, uuidv7(), e->>'key', sha256(convert_to((e - 'key')::text, 'UTF8')),
        (e->>'company')::uuid, c.base_currency, (e->>'entry_date')::date, e->>'kind', e->>'narration',
        (e->>'reverses')::uuid, (e->>'party')::uuid, (e->>'due_date')::date, (e->>'process')::uuid,
        (e->>'document')::uuid, e->>'series', e->>'pattern', e->'postings'
    )::entry_in ORDER BY ordinality)
    FROM jsonb_array_elements(batch) WITH ORDINALITY AS t (e, ordinality)
    LEFT JOIN LATERAL (SELECT base_currency FROM companies
        WHERE tenant_id = (SELECT current_tenant()) AND id = (e->>'company')::uuid LIMIT 1) AS c ON true
$$;

-- The postings of entries with what their accounts say. A base amount left out is the amount when
-- the currencies are one.
CREATE FUNCTION read_postings(entries entry_in[]) RETURNS posting_in[]
LANGUAGE sql STABLE
AS $$
    SELECT array_agg(ROW(
        e.ordinal, u.line, e.id, e.company_id, e.base_currency, e.entry_date,
        p->>'account', a.id, a.opened_on, a.closed_on, a.currency,
        CASE WHEN a.slots > 1 THEN (uuid_hash_extended(e.id, 0) & 9223372036854775807) % a.slots ELSE 0 END,
        (p->>'amount')::numeric, p->>'currency',
        coalesce(p->>'base_amount', CASE WHEN p->>'currency' = e.base_currency THEN p->>'amount' END)::numeric,
        coalesce(p->'dimensions', '{}'), d.id
    )::posting_in ORDER BY e.ordinal, u.line)
    FROM unnest(entries) AS e
    CROSS JOIN LATERAL jsonb_array_elements(e.postings) WITH ORDINALITY AS u (p, line)
    LEFT JOIN LATERAL (SELECT * FROM accounts WHERE tenant_id = (SELECT current_tenant())
        AND company_id = e.company_id AND code = p->>'account' LIMIT 1) AS a ON true
    LEFT JOIN LATERAL (SELECT id FROM dimension_sets WHERE tenant_id = (SELECT current_tenant())
        AND dimensions = coalesce(p->'dimensions', '{}') LIMIT 1) AS d ON true
$$;

-- What is wrong with each entry by itself and against its accounts; the first rule that says no.
-- Rungs 1 to 5 are those of check_entry, in its order.
CREATE FUNCTION refusals(entries entry_in[], lines posting_in[])
RETURNS TABLE (ordinal integer, code text, message text)
LANGUAGE sql STABLE
AS $$
    WITH posting AS MATERIALIZED (
        SELECT p.ordinal, p.line, p.account, p.entry_date, p.amount, p.currency, p.base_amount,
               p.base_currency, p.only_currency,
               CASE WHEN coalesce(p.amount, 0) = 0 THEN 'posting_must_not_be_zero'
                    WHEN greatest(abs(p.amount), abs(p.base_amount)) > 9007199254740991
                      OR p.amount <> trunc(p.amount) OR p.base_amount <> trunc(p.base_amount)
                    THEN 'amount_out_of_range' END AS amount_code,
               CASE WHEN p.account_id IS NULL THEN 'account_must_exist'
                    WHEN p.entry_date < p.opened_on OR p.entry_date > p.closed_on THEN 'account_must_be_open'
                    WHEN coalesce(p.currency, '') !~ '^[A-Z]{3}$' THEN 'currency_must_be_known'
                    WHEN p.currency <> p.only_currency THEN 'account_must_take_currency'
                    WHEN p.base_amount IS NULL THEN 'base_amount_must_be_given'
                    WHEN p.currency = p.base_currency AND p.amount <> p.base_amount
                    THEN 'base_amount_must_equal_amount' END AS account_code
        FROM unnest(lines) AS p
    ), said AS (
        SELECT e.ordinal, 1 AS rung, 0 AS line, 'entry_must_have_two_postings' AS code,
               format('%L has %s posting(s); it needs two or more.',
                      e.narration, jsonb_array_length(e.postings)) AS message
        FROM unnest(entries) AS e WHERE jsonb_array_length(e.postings) < 2
        UNION ALL
        SELECT e.ordinal, 2, 0, 'entry_must_have_narration', 'Say in the narration what the entry is for.'
        FROM unnest(entries) AS e WHERE coalesce(e.narration, '') !~ '\S'
        UNION ALL
        SELECT p.ordinal, 3, p.line, p.amount_code, CASE p.amount_code
               WHEN 'posting_must_not_be_zero' THEN format('The posting on %s is zero; leave it out.', p.account)
               ELSE format('%s on %s is beyond 9007199254740991 minor units or no whole number of them.',
                           p.amount, p.account) END
        FROM posting p WHERE p.amount_code IS NOT NULL
        UNION ALL
        SELECT p.ordinal, 4, 0, 'entry_must_balance', format(
               'The entry is out by %s minor units of %s. Debits and credits must be equal in each currency.',
               sum(p.amount), p.currency)
        FROM posting p GROUP BY p.ordinal, p.currency HAVING sum(p.amount) <> 0
        UNION ALL
        SELECT p.ordinal, 5, 0, 'entry_must_balance_in_base_currency',
               format('The entry is out by %s minor units of the base currency.', sum(p.base_amount))
        FROM posting p GROUP BY p.ordinal HAVING sum(p.base_amount) <> 0
        UNION ALL
        SELECT e.ordinal, 6, 0, 'party_must_exist', format('There is no party %s.', e.party_id)
        FROM unnest(entries) AS e
        WHERE e.party_id IS NOT NULL AND (SELECT true FROM parties
            WHERE tenant_id = (SELECT current_tenant()) AND id = e.party_id) IS NULL
        UNION ALL
        SELECT e.ordinal, 7, 0, 'number_must_hold_sequence',
               format('The numbers of %s are written as %L; put {sequence} or {sequence:05} in it.',
                      e.series, e.pattern)
        FROM unnest(entries) AS e
        WHERE e.series IS NOT NULL AND coalesce(e.pattern, '') !~ '\{sequence(:0\d+)?\}'
        UNION ALL
        SELECT p.ordinal, 8, p.line, p.account_code, CASE p.account_code
               WHEN 'account_must_exist' THEN format(
                    'The company has no account %L. Add it to the chart or use another.', p.account)
               WHEN 'account_must_be_open' THEN format(
                    'Account %s is not open on %s. Use a date or an account that is.', p.account, p.entry_date)
               WHEN 'currency_must_be_known' THEN format(
                    'The currency %L on %s is no code of ISO 4217, such as INR.', p.currency, p.account)
               WHEN 'account_must_take_currency' THEN format(
                    'Account %s takes %s only, not %s.', p.account, p.only_currency, p.currency)
               WHEN 'base_amount_must_be_given' THEN format(
                    'The posting on %s is in %s; give its amount in %s too.',
                    p.account, p.currency, p.base_currency)
               ELSE format('%s is in the base currency, so its base amount is %s, not %s.',
                           p.account, p.amount, p.base_amount) END
        FROM posting p WHERE p.account_code IS NOT NULL
    )
    SELECT DISTINCT ON (ordinal) ordinal, code, message FROM said ORDER BY ordinal, rung, line
$$;

-- Holds each period against a lock until commit, and says which entries it refuses.
CREATE FUNCTION hold_periods(entries entry_in[])
RETURNS TABLE (ordinal integer, code text, message text)
LANGUAGE plpgsql
AS $$
DECLARE
    held jsonb;
BEGIN
    -- A statement of its own: what it reads after waiting for a lock is the period's new state.
    WITH day AS MATERIALIZED (SELECT DISTINCT company_id, entry_date FROM unnest(entries))
    SELECT jsonb_agg(p) INTO held
    FROM (
        SELECT company_id, starts_on, ends_on, state FROM periods
        WHERE tenant_id = current_tenant() AND EXISTS (
            SELECT FROM day WHERE day.company_id = periods.company_id
            AND day.entry_date BETWEEN periods.starts_on AND periods.ends_on)
        ORDER BY id FOR KEY SHARE
    ) AS p;
    RETURN QUERY
    SELECT e.ordinal,
           CASE WHEN h.state IS NULL THEN 'period_must_exist' ELSE 'period_locked' END,
           CASE WHEN h.state IS NULL
                THEN format('No period holds %s. Open the fiscal year first.', e.entry_date)
                ELSE format('The entry is dated %s, but %s is %s. Use a date in an open period or ask for the period to be reopened.',
                            e.entry_date, to_char(h.starts_on, 'FMMonth YYYY'), h.state) END
    FROM unnest(entries) AS e
    LEFT JOIN LATERAL (
        SELECT h.state, h.starts_on
        FROM jsonb_to_recordset(held) AS h (company_id uuid, starts_on date, ends_on date, state text)
        WHERE h.company_id = e.company_id AND e.entry_date BETWEEN h.starts_on AND h.ends_on
    ) AS h ON true
    WHERE h.state IS DISTINCT FROM 'open';
END $$;

-- Draws the next numbers of each series, in order; its row stays locked until commit, so no gaps.
-- A pattern without the fiscal year counts on through all years, under an empty one.
CREATE FUNCTION draw_numbers(entries entry_in[]) RETURNS void
LANGUAGE plpgsql
AS $$ BEGIN
    WITH day AS MATERIALIZED (
        SELECT entry_date, fiscal_year_of(entry_date) AS fiscal_year
        FROM (SELECT DISTINCT e.entry_date FROM unnest(entries) AS e WHERE e.series IS NOT NULL) AS days
    ), wanted AS MATERIALIZED (
        SELECT e.id, e.company_id, e.series, e.pattern, y.fiscal_year,
               row_number() OVER (series ORDER BY e.ordinal) AS place, count(*) OVER series AS total
        FROM unnest(entries) AS e
        CROSS JOIN LATERAL (
            SELECT CASE WHEN e.pattern LIKE '%{fiscal_year}%' THEN day.fiscal_year ELSE '' END AS fiscal_year
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
        replace(pattern, '{fiscal_year}', fiscal_year), '\{sequence(:0\d+)?\}',
        lpad(sequence::text, greatest(length(sequence::text),
             coalesce(substring(pattern FROM '\{sequence:0(\d+)\}')::integer, 1)), '0'))
$$;

-- Fills in the dimension sets that are new.
CREATE FUNCTION add_dimension_sets(lines posting_in[]) RETURNS posting_in[]
LANGUAGE plpgsql
AS $$ BEGIN
    INSERT INTO dimension_sets (tenant_id, dimensions)
    SELECT DISTINCT current_tenant(), p.dimensions FROM unnest(lines) AS p
    WHERE p.dimension_set_id IS NULL ORDER BY 2 ON CONFLICT DO NOTHING;
    RETURN (
        SELECT array_agg(ROW(p.ordinal, p.line, p.entry_id, p.company_id, p.base_currency, p.entry_date,
            p.account, p.account_id, p.opened_on, p.closed_on, p.only_currency, p.slot, p.amount,
            p.currency, p.base_amount, p.dimensions, d.id)::posting_in ORDER BY p.ordinal, p.line)
        FROM unnest(lines) AS p
        CROSS JOIN LATERAL (SELECT id FROM dimension_sets
            WHERE tenant_id = current_tenant() AND dimensions = p.dimensions LIMIT 1) AS d);
END $$;

-- Writes entries that met every rule: entry, numbers, postings, day movements, balances, in this
-- order, so that what many entries share is locked last and in the order of its key.
CREATE FUNCTION write_entries(entries entry_in[], postings posting_in[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    lines posting_in[] := postings;
    written uuid[];
BEGIN
    WITH inserted AS (
        INSERT INTO journal_entries (tenant_id, id, company_id, entry_date, kind, narration, reverses,
            party_id, due_date, process_id, document_id, effect_key, content_hash)
        SELECT tenant, id, company_id, entry_date, kind, narration, reverses, party_id, due_date,
               process_id, document_id, key, content_hash
        FROM unnest(entries) ORDER BY key, ordinal
        ON CONFLICT (tenant_id, effect_key) DO NOTHING
        RETURNING id
    )
    SELECT array_agg(id) INTO written FROM inserted;
    IF written IS NULL THEN
        RETURN;
    END IF;
    IF cardinality(written) < cardinality(entries) THEN
        -- A key that stands twice in the batch, or that another transaction took meanwhile.
        entries := (SELECT array_agg(e ORDER BY e.ordinal) FROM unnest(entries) AS e WHERE e.id = ANY (written));
        lines := (SELECT array_agg(p ORDER BY p.ordinal, p.line) FROM unnest(lines) AS p
                  WHERE p.entry_id = ANY (written));
    END IF;
    IF EXISTS (SELECT FROM unnest(entries) AS e WHERE e.series IS NOT NULL) THEN
        PERFORM draw_numbers(entries);
    END IF;
    IF EXISTS (SELECT FROM unnest(lines) AS p WHERE p.dimension_set_id IS NULL) THEN
        lines := add_dimension_sets(lines);
    END IF;
    INSERT INTO postings (tenant_id, entry_id, line, account_id, entry_date, currency, amount,
        base_amount, dimension_set_id)
    SELECT tenant, p.entry_id, p.line, p.account_id, p.entry_date, p.currency, p.amount, p.base_amount,
           p.dimension_set_id
    FROM unnest(lines) AS p;
    INSERT INTO day_movements AS m (tenant_id, company_id, account_id, entry_date, currency,
        dimension_set_id, slot, debit, credit, base_debit, base_credit)
    SELECT tenant, p.company_id, p.account_id, p.entry_date, p.currency, p.dimension_set_id, p.slot,
           sum(greatest(p.amount, 0)), -sum(least(p.amount, 0)),
           sum(greatest(p.base_amount, 0)), -sum(least(p.base_amount, 0))
    FROM unnest(lines) AS p
    GROUP BY p.company_id, p.account_id, p.entry_date, p.currency, p.dimension_set_id, p.slot
    ORDER BY p.account_id, p.entry_date, p.currency, p.dimension_set_id, p.slot
    ON CONFLICT (tenant_id, company_id, account_id, entry_date, currency, dimension_set_id, slot)
    DO UPDATE SET debit = m.debit + excluded.debit, credit = m.credit + excluded.credit,
        base_debit = m.base_debit + excluded.base_debit,
        base_credit = m.base_credit + excluded.base_credit;
    INSERT INTO balances AS b (tenant_id, company_id, account_id, currency, dimension_set_id, slot,
        debit, credit, base_debit, base_credit)
    SELECT tenant, p.company_id, p.account_id, p.currency, p.dimension_set_id, p.slot,
           sum(greatest(p.amount, 0)), -sum(least(p.amount, 0)),
           sum(greatest(p.base_amount, 0)), -sum(least(p.base_amount, 0))
    FROM unnest(lines) AS p
    GROUP BY p.company_id, p.account_id, p.currency, p.dimension_set_id, p.slot
    ORDER BY p.account_id, p.currency, p.dimension_set_id, p.slot
    ON CONFLICT (tenant_id, company_id, account_id, currency, dimension_set_id, slot)
    DO UPDATE SET debit = b.debit + excluded.debit, credit = b.credit + excluded.credit,
        base_debit = b.base_debit + excluded.base_debit,
        base_credit = b.base_credit + excluded.base_credit;
END $$;

-- Writes entries and says which would carry a balance beyond what the database counts to: all of
-- them at once, or when they do not fit together one after another.
CREATE FUNCTION write_within_range(entries entry_in[], lines posting_in[]) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    refused jsonb := '{}';
    entry entry_in;
BEGIN
    PERFORM write_entries(entries, lines);
    RETURN refused;
EXCEPTION WHEN numeric_value_out_of_range THEN
    IF cardinality(entries) = 1 THEN
        RETURN jsonb_build_object(entries[1].ordinal, jsonb_build_array('balance_out_of_range', format(
            'With %L a balance would go beyond 9223372036854775807 minor units. Use another account.',
            entries[1].narration)));
    END IF;
    FOREACH entry IN ARRAY entries LOOP
        refused := refused || write_within_range(ARRAY[entry], (
            SELECT array_agg(p ORDER BY p.line) FROM unnest(lines) AS p WHERE p.ordinal = entry.ordinal));
    END LOOP;
    RETURN refused;
END $$;

-- Posts a batch. Each item has an outcome: posted, duplicate (the first result) or refused.
-- Atomic: the first refusal refuses all. Independent: the others are posted.
CREATE FUNCTION post_batch(batch jsonb, atomic boolean) RETURNS SETOF entry_outcome
LANGUAGE plpgsql
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    entries entry_in[] := read_entries(batch);
    locked jsonb;
    fresh entry_in[];
    lines posting_in[];
    refused jsonb;
    outcomes entry_outcome[];
    first entry_outcome;
BEGIN
    -- Before looking for keys: an entry that was posted before the period was locked is found below.
    SELECT jsonb_object_agg(ordinal, jsonb_build_array(code, message)) INTO locked FROM hold_periods(entries);
    SELECT array_agg(e ORDER BY e.ordinal) INTO fresh FROM unnest(entries) AS e
    LEFT JOIN LATERAL (SELECT id FROM journal_entries
        WHERE tenant_id = tenant AND effect_key = e.key LIMIT 1) AS j ON true
    WHERE j.id IS NULL;
    IF fresh IS NOT NULL THEN
        lines := read_postings(fresh);
        SELECT coalesce(jsonb_object_agg(ordinal, jsonb_build_array(code, message)), '{}') INTO refused
        FROM refusals(fresh, lines);
        IF locked IS NOT NULL THEN
            refused := (SELECT coalesce(jsonb_object_agg(e.ordinal, locked->e.ordinal::text), '{}')
                        FROM unnest(fresh) AS e WHERE locked ? e.ordinal::text) || refused;
        END IF;
        IF refused <> '{}' THEN
            fresh := (SELECT array_agg(e ORDER BY e.ordinal) FROM unnest(fresh) AS e
                      WHERE NOT refused ? e.ordinal::text AND NOT atomic);
            lines := (SELECT array_agg(p ORDER BY p.ordinal, p.line) FROM unnest(lines) AS p
                      WHERE NOT refused ? p.ordinal::text);
        END IF;
        IF fresh IS NOT NULL THEN
            refused := refused || write_within_range(fresh, lines);
        END IF;
    END IF;
    SELECT array_agg(ROW(e.ordinal, o.*)::entry_outcome ORDER BY e.ordinal) INTO outcomes
    FROM unnest(entries) AS e
    LEFT JOIN LATERAL (SELECT id, content_hash, recorded_at FROM journal_entries
        WHERE tenant_id = tenant AND effect_key = e.key LIMIT 1) AS j ON true
    LEFT JOIN LATERAL (SELECT number FROM voucher_numbers
        WHERE tenant_id = tenant AND entry_id = j.id LIMIT 1) AS n ON true
    CROSS JOIN LATERAL (
        SELECT 'refused', NULL::uuid, NULL, refused->e.ordinal::text->>0, refused->e.ordinal::text->>1
        WHERE refused ? e.ordinal::text
        UNION ALL
        SELECT 'refused', NULL, NULL, 'effect_key_must_have_one_content', format(
            'The key %L was first used at %s for another entry. Use a key of its own for each entry.',
            e.key, j.recorded_at)
        WHERE j.content_hash <> e.content_hash
        UNION ALL
        SELECT CASE WHEN j.id = e.id THEN 'posted' ELSE 'duplicate' END, j.id, n.number, NULL, NULL
        WHERE j.content_hash = e.content_hash
    ) AS o;
    IF atomic THEN
        SELECT * INTO first FROM unnest(outcomes) AS o WHERE o.outcome = 'refused' ORDER BY o.ordinal LIMIT 1;
        IF FOUND THEN
            PERFORM refuse(first.code, first.message);
        END IF;
    END IF;
    RETURN QUERY SELECT * FROM unnest(outcomes);
END $$;

CREATE FUNCTION ledger_post(batch jsonb, atomic boolean) RETURNS SETOF entry_outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$ BEGIN
    IF EXISTS (SELECT FROM jsonb_array_elements(batch) AS e
               WHERE e->>'kind' = 'reversal' OR e->>'reverses' IS NOT NULL) THEN
        PERFORM refuse('reversal_must_use_reverse', 'A reversal is made by reversing an entry, not by posting one.');
    END IF;
    RETURN QUERY SELECT * FROM post_batch(batch, atomic);
END $$;

-- Posts the mirror of an entry, once, on a date of an open period.
CREATE FUNCTION ledger_reverse(entry uuid, on_date date, reason text, key text, process uuid)
RETURNS SETOF entry_outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    original journal_entries;
    earlier journal_entries;
BEGIN
    SELECT * INTO original FROM journal_entries
    WHERE tenant_id = tenant AND id = entry FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('entry_must_exist', format('There is no entry %s to reverse.', entry));
    END IF;
    IF original.kind = 'reversal' THEN
        PERFORM refuse('reversal_must_stay', 'A reversal is not reversed; post the entry again instead.');
    END IF;
    SELECT * INTO earlier FROM journal_entries WHERE tenant_id = tenant AND reverses = entry;
    IF FOUND AND earlier.effect_key <> key THEN
        PERFORM refuse('already_reversed', format('The entry was reversed on %s.', earlier.entry_date));
    END IF;
    RETURN QUERY SELECT * FROM post_batch(jsonb_build_array(jsonb_build_object(
        'key', key, 'company', original.company_id, 'entry_date', on_date, 'kind', 'reversal',
        'narration', reason, 'reverses', original.id, 'party', original.party_id,
        'process', process, 'document', original.document_id,
        'postings', (SELECT jsonb_agg(jsonb_build_object(
                'account', a.code, 'amount', -p.amount, 'currency', p.currency,
                'base_amount', -p.base_amount, 'dimensions', d.dimensions) ORDER BY p.line)
            FROM postings p
            JOIN accounts a ON a.tenant_id = tenant AND a.id = p.account_id
            JOIN dimension_sets d ON d.tenant_id = tenant AND d.id = p.dimension_set_id
            WHERE p.tenant_id = tenant AND p.entry_id = entry))), true);
END $$;

-- Opens the twelve months of the fiscal year that holds a day. Doing it again changes nothing.
CREATE FUNCTION ledger_open_year(company uuid, day date) RETURNS SETOF uuid
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH year AS (
        SELECT (date_trunc('year', day - make_interval(months => fiscal_year_starts_in - 1))
                + make_interval(months => fiscal_year_starts_in - 1))::date AS starts_on
        FROM tenants WHERE id = current_tenant()
    )
    INSERT INTO periods (tenant_id, id, company_id, starts_on, ends_on, fiscal_year)
    SELECT current_tenant(), uuidv7(), company, month::date,
           (month + interval '1 month - 1 day')::date, fiscal_year_of(month::date)
    FROM year, generate_series(starts_on::timestamp, starts_on + interval '11 months', '1 month') AS month
    ON CONFLICT DO NOTHING
    RETURNING id
$$;

-- Locks or reopens a period. Waits for postings under way in it; later ones meet the new state.
CREATE FUNCTION ledger_set_period(period uuid, new_state text, person uuid, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    held periods;
BEGIN
    SELECT * INTO held FROM periods WHERE tenant_id = current_tenant() AND id = period FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('period_must_exist', format('There is no period %s.', period));
    END IF;
    IF held.state = 'closed' THEN
        PERFORM refuse('period_must_not_be_closed', 'A closed period is reopened by reopening its year.');
    END IF;
    UPDATE periods SET state = new_state, changed_at = business_now(), changed_by = person, reason = why
    WHERE tenant_id = current_tenant() AND id = period;
END $$;

-- Opens an account, or gives an open one its new title. Its kind stays what it was opened with.
CREATE FUNCTION ledger_open_account(company uuid, account_code text, account_title text, account_kind text, since date)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    opened accounts;
BEGIN
    INSERT INTO accounts (tenant_id, company_id, code, title, kind, opened_on)
    VALUES (current_tenant(), company, account_code, account_title, account_kind, since)
    ON CONFLICT (tenant_id, company_id, code) DO UPDATE SET title = excluded.title
    RETURNING * INTO opened;
    IF opened.kind <> account_kind THEN
        PERFORM refuse('account_must_keep_kind', format('Account %s is of kind %s, not %s. Open another account.',
            account_code, opened.kind, account_kind));
    END IF;
    RETURN opened.id;
END $$;

-- The second line of defence: whatever writes postings, an entry balances or nothing is written.
CREATE FUNCTION check_balance() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    unbalanced record;
BEGIN
    SELECT entry_id, currency, sum(amount) AS residue INTO unbalanced
    FROM written GROUP BY entry_id, currency HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        PERFORM refuse('entry_must_balance', format('Entry %s is out by %s minor units of %s.',
            unbalanced.entry_id, unbalanced.residue, unbalanced.currency));
    END IF;
    SELECT entry_id, sum(base_amount) AS residue INTO unbalanced
    FROM written GROUP BY entry_id HAVING sum(base_amount) <> 0 LIMIT 1;
    IF FOUND THEN
        PERFORM refuse('entry_must_balance_in_base_currency', format(
            'Entry %s is out by %s minor units of the base currency.',
            unbalanced.entry_id, unbalanced.residue));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_balance AFTER INSERT ON postings
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION check_balance();
