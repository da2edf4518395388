-- The only writers of the book. Each climbs the same ladder of rules as domain/ledger/entry.py.

CREATE TYPE entry_in AS (
    ordinal integer, id uuid, key text, content_hash bytea, company_id uuid, entry_date date,
    kind text, narration text, reverses uuid, party_id uuid, due_date date, process_id uuid,
    document_id uuid, series text, pattern text
);
CREATE TYPE posting_in AS (
    ordinal integer, line integer, account text, amount numeric, currency text, base_amount numeric,
    dimensions jsonb
);
CREATE TYPE entry_outcome AS (
    ordinal integer, outcome text, entry_id uuid, number text, code text, message text
);

CREATE FUNCTION read_entries(entries jsonb) RETURNS entry_in[]
LANGUAGE sql VOLATILE
AS $$
    SELECT array_agg(ROW(
        ordinality, uuidv7(), e->>'key', sha256(convert_to((e - 'key')::text, 'UTF8')),
        (e->>'company')::uuid, (e->>'entry_date')::date, e->>'kind', e->>'narration',
        (e->>'reverses')::uuid, (e->>'party')::uuid, (e->>'due_date')::date,
        (e->>'process')::uuid, (e->>'document')::uuid, e->>'series', e->>'pattern'
    )::entry_in ORDER BY ordinality)
    FROM jsonb_array_elements(entries) WITH ORDINALITY AS t (e, ordinality)
$$;

CREATE FUNCTION read_postings(entries jsonb) RETURNS posting_in[]
LANGUAGE sql STABLE
AS $$
    SELECT array_agg(ROW(
        t.ordinality, u.ordinality, p->>'account', (p->>'amount')::numeric, p->>'currency',
        (p->>'base_amount')::numeric, coalesce(p->'dimensions', '{}')
    )::posting_in ORDER BY t.ordinality, u.ordinality)
    FROM jsonb_array_elements(entries) WITH ORDINALITY AS t (e, ordinality),
         jsonb_array_elements(e->'postings') WITH ORDINALITY AS u (p, ordinality)
$$;

-- What is wrong with each entry by itself and against its accounts; the first rule that says no.
CREATE FUNCTION refusals(entries entry_in[], lines posting_in[])
RETURNS TABLE (ordinal integer, code text, message text)
LANGUAGE sql STABLE
AS $$
    WITH posting AS (
        SELECT p.*, e.entry_date, a.id AS account_id, a.opened_on, a.closed_on,
               a.currency AS only_currency, c.base_currency
        FROM unnest(lines) AS p
        JOIN unnest(entries) AS e USING (ordinal)
        LEFT JOIN companies c ON c.tenant_id = (SELECT current_tenant()) AND c.id = e.company_id
        LEFT JOIN accounts a ON a.tenant_id = (SELECT current_tenant())
             AND a.company_id = e.company_id AND a.code = p.account
    ), said AS (
        SELECT e.ordinal, 1 AS rung, 'entry_must_have_narration' AS code,
               'Say in the narration what the entry is for.' AS message
        FROM unnest(entries) AS e WHERE coalesce(btrim(e.narration), '') = ''
        UNION ALL
        SELECT e.ordinal, 2, 'entry_must_have_two_postings',
               format('%L has %s posting(s); it needs two or more.', e.narration, count(p.ordinal))
        FROM unnest(entries) AS e LEFT JOIN unnest(lines) AS p USING (ordinal)
        GROUP BY e.ordinal, e.narration HAVING count(p.ordinal) < 2
        UNION ALL
        SELECT p.ordinal, 3, 'posting_must_not_be_zero',
               format('The posting on %s is zero; leave it out.', p.account)
        FROM posting p WHERE p.amount = 0
        UNION ALL
        SELECT p.ordinal, 4, 'amount_out_of_range',
               format('%s on %s is beyond 9007199254740991 minor units or no whole number of them.',
                      p.amount, p.account)
        FROM posting p
        WHERE greatest(abs(p.amount), abs(p.base_amount)) > 9007199254740991
           OR p.amount <> trunc(p.amount) OR p.base_amount <> trunc(p.base_amount)
        UNION ALL
        SELECT p.ordinal, 5, 'account_must_exist',
               format('The company has no account %L. Add it to the chart or use another.', p.account)
        FROM posting p WHERE p.account_id IS NULL
        UNION ALL
        SELECT p.ordinal, 6, 'account_must_be_open',
               format('Account %s is not open on %s. Use a date or an account that is.',
                      p.account, p.entry_date)
        FROM posting p WHERE p.entry_date < p.opened_on OR p.entry_date > p.closed_on
        UNION ALL
        SELECT p.ordinal, 7, 'account_must_take_currency',
               format('Account %s takes %s only, not %s.', p.account, p.only_currency, p.currency)
        FROM posting p WHERE p.currency <> p.only_currency
        UNION ALL
        SELECT p.ordinal, 8, 'base_amount_must_equal_amount',
               format('%s is in the base currency, so its base amount is %s, not %s.',
                      p.account, p.amount, p.base_amount)
        FROM posting p WHERE p.currency = p.base_currency AND p.amount <> p.base_amount
        UNION ALL
        SELECT p.ordinal, 9, 'entry_must_balance',
               format('The entry is out by %s minor units of %s.', sum(p.amount), p.currency)
        FROM posting p GROUP BY p.ordinal, p.currency HAVING sum(p.amount) <> 0
        UNION ALL
        SELECT p.ordinal, 10, 'entry_must_balance_in_base_currency',
               format('The entry is out by %s minor units of the base currency.', sum(p.base_amount))
        FROM posting p GROUP BY p.ordinal HAVING sum(p.base_amount) <> 0
    )
    SELECT DISTINCT ON (ordinal) ordinal, code, message FROM said ORDER BY ordinal, rung
$$;

-- Holds each period against a lock until commit, and says which entries it refuses.
CREATE FUNCTION hold_periods(entries entry_in[])
RETURNS TABLE (ordinal integer, code text, message text)
LANGUAGE plpgsql
AS $$
DECLARE
    held jsonb;
BEGIN
    SELECT jsonb_agg(jsonb_build_object('c', p.company_id, 's', p.starts_on, 'e', p.ends_on, 'st', p.state))
    INTO held
    FROM (
        SELECT company_id, starts_on, ends_on, state FROM periods
        WHERE tenant_id = current_tenant() AND EXISTS (
            SELECT FROM unnest(entries) AS e WHERE e.company_id = periods.company_id
            AND e.entry_date BETWEEN periods.starts_on AND periods.ends_on)
        ORDER BY id FOR KEY SHARE
    ) AS p;
    RETURN QUERY
    SELECT e.ordinal,
           CASE WHEN h IS NULL THEN 'period_must_exist' ELSE 'period_locked' END,
           CASE WHEN h IS NULL
                THEN format('No period holds %s. Open the fiscal year first.', e.entry_date)
                ELSE format('The entry is dated %s, but %s is %s. Use a date in an open period or ask for the period to be reopened.',
                            e.entry_date, to_char((h->>'s')::date, 'FMMonth YYYY'), h->>'st') END
    FROM unnest(entries) AS e
    LEFT JOIN jsonb_array_elements(held) AS h
        ON (h->>'c')::uuid = e.company_id
        AND e.entry_date BETWEEN (h->>'s')::date AND (h->>'e')::date
    WHERE h IS NULL OR h->>'st' <> 'open';
END $$;

-- Draws the next number of each series, in order; the series row stays locked until commit, so no gaps.
CREATE FUNCTION draw_numbers(entries entry_in[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    drawn record;
    entry entry_in;
BEGIN
    FOR entry IN
        SELECT * FROM unnest(entries) AS e WHERE e.series IS NOT NULL
        ORDER BY e.company_id, e.series, fiscal_year_of(e.entry_date), e.ordinal
    LOOP
        INSERT INTO number_series AS s (tenant_id, company_id, series, fiscal_year, last_sequence)
        VALUES (current_tenant(), entry.company_id, entry.series, fiscal_year_of(entry.entry_date), 1)
        ON CONFLICT (tenant_id, company_id, series, fiscal_year)
            DO UPDATE SET last_sequence = s.last_sequence + 1
        RETURNING fiscal_year, last_sequence INTO drawn;
        INSERT INTO voucher_numbers (tenant_id, entry_id, company_id, series, fiscal_year, sequence, number)
        VALUES (current_tenant(), entry.id, entry.company_id, entry.series, drawn.fiscal_year,
                drawn.last_sequence, write_number(entry.pattern, drawn.fiscal_year, drawn.last_sequence));
    END LOOP;
END $$;

CREATE FUNCTION write_number(pattern text, fiscal_year text, sequence bigint) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT regexp_replace(
        replace(pattern, '{fiscal_year}', fiscal_year), '\{sequence(:0\d+)?\}',
        lpad(sequence::text, greatest(length(sequence::text),
             coalesce(substring(pattern FROM '\{sequence:0(\d+)\}')::integer, 1)), '0'))
$$;

-- Writes entries that met every rule: entry, numbers, postings, day movements, balances, in this order.
CREATE FUNCTION write_entries(entries entry_in[], lines posting_in[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    fresh entry_in[];
BEGIN
    WITH inserted AS (
        INSERT INTO journal_entries (tenant_id, id, company_id, entry_date, kind, narration, reverses,
            party_id, due_date, process_id, document_id, effect_key, content_hash)
        SELECT tenant, id, company_id, entry_date, kind, narration, reverses, party_id, due_date,
               process_id, document_id, key, content_hash
        FROM unnest(entries) ORDER BY key
        ON CONFLICT (tenant_id, effect_key) DO NOTHING
        RETURNING id
    )
    SELECT array_agg(e ORDER BY e.ordinal) INTO fresh
    FROM unnest(entries) AS e JOIN inserted USING (id);
    IF fresh IS NULL THEN
        RETURN;
    END IF;
    PERFORM draw_numbers(fresh);
    INSERT INTO dimension_sets (tenant_id, dimensions)
    SELECT DISTINCT tenant, p.dimensions FROM unnest(lines) AS p
    WHERE NOT EXISTS (SELECT FROM dimension_sets d
                      WHERE d.tenant_id = tenant AND d.dimensions = p.dimensions)
    ORDER BY 2 ON CONFLICT DO NOTHING;
    WITH written AS (
        INSERT INTO postings (tenant_id, entry_id, line, account_id, entry_date, currency, amount,
            base_amount, dimension_set_id)
        SELECT tenant, e.id, p.line, a.id, e.entry_date, p.currency, p.amount, p.base_amount, d.id
        FROM unnest(lines) AS p
        JOIN unnest(fresh) AS e USING (ordinal)
        JOIN accounts a ON a.tenant_id = tenant AND a.company_id = e.company_id AND a.code = p.account
        JOIN dimension_sets d ON d.tenant_id = tenant AND d.dimensions = p.dimensions
        RETURNING *
    ), movement AS (
        SELECT e.company_id, w.account_id, w.entry_date, w.currency, w.dimension_set_id,
               (abs(hashtextextended(w.entry_id::text, 0)) % a.slots)::smallint AS slot,
               sum(greatest(w.amount, 0)) AS debit, -sum(least(w.amount, 0)) AS credit,
               sum(greatest(w.base_amount, 0)) AS base_debit, -sum(least(w.base_amount, 0)) AS base_credit
        FROM written w
        JOIN unnest(fresh) AS e ON e.id = w.entry_id
        JOIN accounts a ON a.tenant_id = tenant AND a.id = w.account_id
        GROUP BY 1, 2, 3, 4, 5, 6
    ), day AS (
        INSERT INTO day_movements AS m (tenant_id, company_id, account_id, entry_date, currency,
            dimension_set_id, slot, debit, credit, base_debit, base_credit)
        SELECT tenant, company_id, account_id, entry_date, currency, dimension_set_id, slot,
               debit, credit, base_debit, base_credit
        FROM movement ORDER BY account_id, entry_date, currency, dimension_set_id, slot
        ON CONFLICT (tenant_id, company_id, account_id, entry_date, currency, dimension_set_id, slot)
        DO UPDATE SET debit = m.debit + excluded.debit, credit = m.credit + excluded.credit,
            base_debit = m.base_debit + excluded.base_debit,
            base_credit = m.base_credit + excluded.base_credit
        RETURNING 1
    )
    INSERT INTO balances AS b (tenant_id, company_id, account_id, currency, dimension_set_id, slot,
        debit, credit, base_debit, base_credit)
    SELECT tenant, company_id, account_id, currency, dimension_set_id, slot,
           sum(debit), sum(credit), sum(base_debit), sum(base_credit)
    FROM movement, (SELECT count(*) FROM day) AS days_first
    GROUP BY company_id, account_id, currency, dimension_set_id, slot
    ORDER BY account_id, currency, dimension_set_id, slot
    ON CONFLICT (tenant_id, company_id, account_id, currency, dimension_set_id, slot)
    DO UPDATE SET debit = b.debit + excluded.debit, credit = b.credit + excluded.credit,
        base_debit = b.base_debit + excluded.base_debit,
        base_credit = b.base_credit + excluded.base_credit;
END $$;

-- Posts a batch. Each item has an outcome: posted, duplicate (the first result) or refused.
-- Atomic: the first refusal refuses all. Independent: the others are posted.
CREATE FUNCTION post_batch(batch jsonb, atomic boolean) RETURNS SETOF entry_outcome
LANGUAGE plpgsql
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    entries entry_in[] := read_entries(batch);
    lines posting_in[] := read_postings(batch);
    fresh entry_in[];
    refused jsonb;
    first record;
BEGIN
    SELECT array_agg(e) INTO fresh FROM unnest(entries) AS e
    WHERE NOT EXISTS (SELECT FROM journal_entries j WHERE j.tenant_id = tenant AND j.effect_key = e.key);
    SELECT jsonb_object_agg(ordinal, jsonb_build_array(code, message)) INTO refused
    FROM (SELECT DISTINCT ON (ordinal) r.* FROM (
            SELECT 1 AS step, * FROM refusals(fresh, lines)
            UNION ALL SELECT 2, * FROM hold_periods(fresh)) AS r
          ORDER BY ordinal, step) AS said;
    IF refused IS NOT NULL AND atomic THEN
        SELECT value->>0 AS code, value->>1 AS message INTO first
        FROM jsonb_each(refused) ORDER BY key::integer LIMIT 1;
        PERFORM refuse(first.code, first.message);
    END IF;
    SELECT array_agg(e) INTO fresh FROM unnest(fresh) AS e
    WHERE refused IS NULL OR NOT refused ? e.ordinal::text;
    IF fresh IS NOT NULL THEN
        PERFORM write_entries(fresh, lines);
    END IF;
    RETURN QUERY
    SELECT e.ordinal,
           CASE WHEN refused ? e.ordinal::text OR j.content_hash <> e.content_hash THEN 'refused'
                WHEN j.id = e.id THEN 'posted' ELSE 'duplicate' END,
           CASE WHEN j.content_hash = e.content_hash THEN j.id END,
           CASE WHEN j.content_hash = e.content_hash THEN n.number END,
           CASE WHEN refused ? e.ordinal::text THEN refused->e.ordinal::text->>0
                WHEN j.content_hash <> e.content_hash THEN 'effect_key_must_have_one_content' END,
           CASE WHEN refused ? e.ordinal::text THEN refused->e.ordinal::text->>1
                WHEN j.content_hash <> e.content_hash THEN format(
                    'The key %L was first used at %s for another entry.', e.key, j.recorded_at) END
    FROM unnest(entries) AS e
    LEFT JOIN journal_entries j ON j.tenant_id = tenant AND j.effect_key = e.key
    LEFT JOIN voucher_numbers n ON n.tenant_id = tenant AND n.entry_id = j.id
    ORDER BY e.ordinal;
END $$;

CREATE FUNCTION ledger_post(batch jsonb, atomic boolean) RETURNS SETOF entry_outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
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

CREATE FUNCTION ledger_open_account(company uuid, account_code text, account_title text, account_kind text, since date)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    INSERT INTO accounts (tenant_id, company_id, code, title, kind, opened_on)
    VALUES (current_tenant(), company, account_code, account_title, account_kind, since)
    ON CONFLICT (tenant_id, company_id, code) DO UPDATE SET title = excluded.title
    RETURNING id
$$;
