-- Settling open items: tie debits to credits, with what is posted for it, and undo that.
--
-- Locks are taken in the order of the posting path: entries, periods, items by key, and in one batch
-- of postings the balances last, so that neither a reversal nor another allocation can deadlock.

-- An item as an allocation sees it. One of an entry that is still to be posted has no entry_id.
CREATE TYPE item_part AS (
    entry_id uuid, line integer, account_id bigint, account text, control text, party_id uuid,
    entry_date date, currency text, dimensions jsonb, amount bigint, open_amount bigint,
    open_base_amount bigint
);
-- Places of a debit and a credit among the parts, what of them is tied, and by how much the base
-- amount of the debit's part exceeds the credit's.
CREATE TYPE item_tie AS (
    debit integer, credit integer, amount bigint, base_amount bigint, residue bigint
);

-- Settles items as stated: {key, content, company, on_date, kind, roles, reason, ties or oldest,
-- entry, exchange}. `content` is the digest of the request. `entry` is posted with it, and ties may
-- name its lines. Answers with the allocation; again under the same key with the first one.
CREATE FUNCTION ledger_allocate(stated jsonb) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
DECLARE
    said jsonb := hold_day(stated);
    parts item_part[] := lock_items(stated);
    ties item_tie[];
    known uuid := allocation_under(stated->>'key', stated->>'content');
BEGIN
    IF known IS NOT NULL THEN
        RETURN known;
    END IF;
    IF said IS NOT NULL THEN
        PERFORM refuse(said->>'code', said->>'message');
    END IF;
    IF stated ? 'oldest' THEN
        ties := oldest_ties(parts, stated->'oldest'->'item');
    ELSE
        ties := stated_ties(parts, stated->'ties');
    END IF;
    IF ties IS NULL THEN
        PERFORM refuse('allocation_must_tie_something',
            'There is no debit and credit that could settle each other. Leave what is there on account.');
    END IF;
    PERFORM check_parts(parts, (stated->>'on_date')::date);
    SELECT t.parts, t.ties INTO parts, ties FROM tie_items(parts, ties) AS t;
    RETURN write_allocation(stated, parts, ties, post_for_allocation(stated, parts, ties));
END $$;

-- Locks what is about to be settled, so that it may be read and the allocation made of it, and
-- answers with the allocation that the key stands for already; null if none.
CREATE FUNCTION ledger_lock_for_allocation(stated jsonb) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$ BEGIN
    PERFORM hold_day(stated);
    PERFORM lock_items(stated);
    RETURN allocation_under(stated->>'key', stated->>'content');
END $$;

-- Holds the period of an allocation's day against a lock, and says why it refuses; null if not.
CREATE FUNCTION hold_day(stated jsonb) RETURNS jsonb
LANGUAGE sql
AS $$
    SELECT jsonb_build_object('code', code, 'message', message)
    FROM hold_periods(ARRAY[jsonb_populate_record(NULL::entry_in, jsonb_build_object(
        'ordinal', 1, 'grp', 1, 'company_id', stated->'company', 'entry_date', stated->'on_date',
        'kind', 'normal', 'voucher', 'journal', 'module', 'general',
        'roles', coalesce(stated->'roles', '[]')))])
    LIMIT 1
$$;

-- The allocation made under a key. Refuses the key when it was for another content.
CREATE FUNCTION allocation_under(key text, content text) RETURNS uuid
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    held allocations;
BEGIN
    SELECT * INTO held FROM allocations WHERE tenant_id = current_tenant() AND effect_key = key;
    IF held.content_hash <> decode(content, 'hex') THEN
        PERFORM refuse('effect_key_must_have_one_content', format(
            'The key %L was first used at %s for another allocation. Use a key of its own for each.',
            key, held.allocated_at));
    END IF;
    RETURN held.id;
END $$;

-- Locks the items that are stated, or all open ones of a party's account up to the day, by key;
-- answers with them, oldest due first, and with those of the entry that is to be posted.
CREATE FUNCTION lock_items(stated jsonb) RETURNS item_part[]
LANGUAGE plpgsql
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    company constant uuid := stated->>'company';
    oldest constant jsonb := stated->'oldest';
    ids uuid[];
    numbers integer[];
    held item_part[];
    missing text;
BEGIN
    IF oldest IS NOT NULL THEN
        SELECT array_agg(entry_id), array_agg(line) INTO ids, numbers FROM (
            SELECT entry_id, line FROM open_items
            WHERE tenant_id = tenant AND company_id = company
                AND account_id = (SELECT id FROM accounts WHERE tenant_id = tenant
                    AND company_id = company AND code = oldest->>'account')
                AND party_id = (oldest->>'party')::uuid AND currency = oldest->>'currency'
                AND open_amount <> 0 AND entry_date <= (stated->>'on_date')::date
            ORDER BY entry_id, line FOR UPDATE) AS locked;
    ELSE
        SELECT array_agg((side->>'entry')::uuid), array_agg((side->>'line')::integer) INTO ids, numbers
        FROM (SELECT DISTINCT side FROM jsonb_array_elements(stated->'ties') AS tie
              CROSS JOIN LATERAL (VALUES (tie->'debit'), (tie->'credit')) AS sides (side)
              WHERE side->>'entry' IS NOT NULL) AS wanted;
        PERFORM FROM unnest(ids, numbers) AS u (entry_id, line)
        JOIN open_items AS o ON o.tenant_id = tenant AND o.entry_id = u.entry_id AND o.line = u.line
        ORDER BY o.entry_id, o.line FOR UPDATE OF o;
    END IF;
    SELECT array_agg(ROW(o.entry_id, o.line, o.account_id, a.code, a.control, o.party_id, o.entry_date,
            o.currency, d.dimensions, o.amount, o.open_amount, o.open_base_amount)::item_part
            ORDER BY o.due_date, o.entry_date, o.entry_id, o.line),
        string_agg(format('%s of entry %s', u.line, u.entry_id), ', ') FILTER (WHERE o.line IS NULL)
    INTO held, missing
    FROM unnest(ids, numbers) AS u (entry_id, line)
    LEFT JOIN open_items AS o ON o.tenant_id = tenant AND o.entry_id = u.entry_id AND o.line = u.line
        AND o.company_id = company
    LEFT JOIN accounts AS a ON a.tenant_id = tenant AND a.id = o.account_id
    LEFT JOIN postings AS p ON p.tenant_id = tenant AND p.entry_id = o.entry_id AND p.line = o.line
    LEFT JOIN dimension_sets AS d ON d.tenant_id = tenant AND d.id = p.dimension_set_id;
    IF missing IS NOT NULL THEN
        PERFORM refuse('item_must_exist', format(
            'The company has no receivable or payable item on line %s.', missing));
    END IF;
    RETURN held || (
        SELECT array_agg(ROW(NULL, n, a.id, a.code, a.control, (stated->'entry'->>'party')::uuid,
            (stated->>'on_date')::date, p->>'currency', coalesce(p->'dimensions', '{}'),
            (p->>'amount')::bigint, (p->>'amount')::bigint,
            coalesce(p->>'base_amount', p->>'amount')::bigint)::item_part ORDER BY n)
        FROM jsonb_array_elements(stated->'entry'->'postings') WITH ORDINALITY AS u (p, n)
        JOIN accounts AS a ON a.tenant_id = tenant AND a.company_id = company AND a.code = p->>'account'
        WHERE a.control IS NOT NULL);
END $$;

-- The ties that the caller names, in the caller's order. A null amount is as much as both leave.
CREATE FUNCTION stated_ties(parts item_part[], stated jsonb) RETURNS item_tie[]
LANGUAGE sql STABLE
AS $$
    WITH place AS MATERIALIZED (
        SELECT coalesce(p.entry_id::text, '') || '/' || p.line AS name, p.ordinality::integer AS place
        FROM unnest(parts) WITH ORDINALITY AS p
    )
    SELECT array_agg(ROW(d.place, c.place, (tie->>'amount')::bigint, NULL, NULL)::item_tie ORDER BY n)
    FROM jsonb_array_elements(stated) WITH ORDINALITY AS t (tie, n)
    LEFT JOIN place AS d ON d.name = coalesce(tie#>>'{debit,entry}', '') || '/' || (tie#>>'{debit,line}')
    LEFT JOIN place AS c ON c.name = coalesce(tie#>>'{credit,entry}', '') || '/' || (tie#>>'{credit,line}')
$$;

-- Debits and credits tied in their order, the oldest with the oldest. `item`, if given, is the only
-- one of its side that is used.
CREATE FUNCTION oldest_ties(parts item_part[], item jsonb) RETURNS item_tie[]
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    chosen integer := (SELECT ordinality FROM unnest(parts) WITH ORDINALITY AS p
                       WHERE p.entry_id::text = item->>'entry' AND p.line::text = item->>'line');
    debits integer[];
    credits integer[];
    ties item_tie[];
    d integer := 1;
    c integer := 1;
    debit_left bigint;
    credit_left bigint;
    tied bigint;
BEGIN
    IF item->>'entry' IS NOT NULL AND chosen IS NULL THEN
        PERFORM refuse('item_must_cover_allocation', format(
            'Nothing is open of line %s of entry %s on that day.', item->>'line', item->>'entry'));
    END IF;
    debits := ARRAY(SELECT ordinality FROM unnest(parts) WITH ORDINALITY AS p WHERE p.open_amount > 0
        AND (chosen IS NULL OR parts[chosen].open_amount < 0 OR ordinality = chosen) ORDER BY ordinality);
    credits := ARRAY(SELECT ordinality FROM unnest(parts) WITH ORDINALITY AS p WHERE p.open_amount < 0
        AND (chosen IS NULL OR parts[chosen].open_amount > 0 OR ordinality = chosen) ORDER BY ordinality);
    debit_left := parts[debits[1]].open_amount;
    credit_left := -parts[credits[1]].open_amount;
    WHILE d <= cardinality(debits) AND c <= cardinality(credits) LOOP
        tied := least(debit_left, credit_left);
        ties := ties || ROW(debits[d], credits[c], tied, NULL, NULL)::item_tie;
        debit_left := debit_left - tied;
        credit_left := credit_left - tied;
        IF debit_left = 0 THEN
            d := d + 1;
            debit_left := parts[debits[d]].open_amount;
        END IF;
        IF credit_left = 0 THEN
            c := c + 1;
            credit_left := -parts[credits[c]].open_amount;
        END IF;
    END LOOP;
    RETURN ties;
END $$;

-- What one allocation settles is of one account, party and currency, and there on its day.
CREATE FUNCTION check_parts(parts item_part[], day date) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    part item_part;
BEGIN
    FOREACH part IN ARRAY parts LOOP
        IF (part.account_id, part.party_id, part.currency)
            IS DISTINCT FROM (parts[1].account_id, parts[1].party_id, parts[1].currency) THEN
            PERFORM refuse('items_must_belong_together', format(
                'One item is on %s in %s, another on %s in %s%s. Settle items of one account, party and currency; move the others by a journal first.',
                parts[1].account, parts[1].currency, part.account, part.currency,
                CASE WHEN part.party_id IS DISTINCT FROM parts[1].party_id THEN ', of another party' ELSE '' END));
        END IF;
        IF part.entry_date > day THEN
            PERFORM refuse('allocation_must_follow_its_items', format(
                'An item is dated %s, after the allocation of %s. Allocate on %s or later.',
                part.entry_date, day, part.entry_date));
        END IF;
    END LOOP;
END $$;

-- Ties part by part: how much of each item's base amount goes with it, and what is then left open.
CREATE FUNCTION tie_items(INOUT parts item_part[], INOUT ties item_tie[])
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    amounts bigint[] := ARRAY(SELECT p.open_amount FROM unnest(parts) WITH ORDINALITY AS p ORDER BY ordinality);
    bases bigint[] := ARRAY(SELECT p.open_base_amount FROM unnest(parts) WITH ORDINALITY AS p ORDER BY ordinality);
    one item_tie;
    done item_tie[];
    debit_base bigint;
    credit_base bigint;
BEGIN
    FOREACH one IN ARRAY ties LOOP
        IF NOT coalesce(parts[one.debit].amount > 0 AND parts[one.credit].amount < 0, false) THEN
            PERFORM refuse('allocation_must_tie_debit_to_credit',
                'A debit item settles a credit item. Name the debit as debit and the credit as credit.');
        END IF;
        IF one.amount <= 0 THEN
            PERFORM refuse('allocation_must_be_positive', format(
                'An allocation of %s minor units settles nothing. State how much, or leave it out for all.',
                one.amount));
        END IF;
        one.amount := coalesce(one.amount, least(amounts[one.debit], -amounts[one.credit]));
        IF one.amount = 0 OR one.amount > least(amounts[one.debit], -amounts[one.credit]) THEN
            PERFORM refuse('item_must_cover_allocation', format(
                'Of the debit %s and of the credit %s minor units of %s are open, too little for %s. Allocate what is open.',
                amounts[one.debit], -amounts[one.credit], parts[one.debit].currency,
                coalesce(nullif(one.amount, 0)::text, 'anything')));
        END IF;
        debit_base := carried_part(amounts[one.debit], bases[one.debit], one.amount);
        credit_base := carried_part(-amounts[one.credit], -bases[one.credit], one.amount);
        one.base_amount := least(debit_base, credit_base);
        one.residue := debit_base - credit_base;
        amounts[one.debit] := amounts[one.debit] - one.amount;
        amounts[one.credit] := amounts[one.credit] + one.amount;
        bases[one.debit] := bases[one.debit] - debit_base;
        bases[one.credit] := bases[one.credit] + credit_base;
        done := done || one;
    END LOOP;
    ties := done;
    parts := (SELECT array_agg(ROW(p.entry_id, p.line, p.account_id, p.account, p.control, p.party_id,
            p.entry_date, p.currency, p.dimensions, p.amount, amounts[p.ordinality],
            bases[p.ordinality])::item_part ORDER BY p.ordinality)
        FROM unnest(parts) WITH ORDINALITY AS p);
END $$;

-- The part of a base amount that goes with `amount` of `open_amount`, half to even; with the last
-- part goes the rest, so that nothing stays.
CREATE FUNCTION carried_part(open_amount bigint, open_base_amount bigint, amount bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN amount = open_amount THEN open_base_amount ELSE sign(open_base_amount)::bigint * (
        whole + CASE WHEN 2 * (product - whole * open_amount) > open_amount
            OR (2 * (product - whole * open_amount) = open_amount AND whole % 2 = 1) THEN 1 ELSE 0 END)::bigint END
    FROM (SELECT abs(open_base_amount)::numeric * amount AS product) AS multiplied
    CROSS JOIN LATERAL (SELECT div(product, nullif(open_amount, 0)) AS whole) AS divided
$$;

-- Posts in one batch the entry that is stated and the exchange difference; null where there is none.
CREATE FUNCTION post_for_allocation(stated jsonb, parts item_part[], ties item_tie[]) RETURNS uuid[]
LANGUAGE plpgsql
AS $$
DECLARE
    given constant jsonb := jsonb_build_object('company', stated->'company', 'entry_date', stated->'on_date');
    roles constant jsonb := coalesce(stated->'roles', '[]');
    difference constant jsonb := exchange_postings(stated, parts, ties);
    batch jsonb := '[]';
    posted uuid[];
BEGIN
    IF stated->'entry' IS NOT NULL THEN
        batch := batch || jsonb_build_array(jsonb_build_object(
            'key', stated->>'key' || '/entry', 'roles', roles, 'entry', stated->'entry' || given));
    END IF;
    IF difference IS NOT NULL THEN
        batch := batch || jsonb_build_array(jsonb_build_object(
            'key', stated->>'key' || '/exchange', 'roles', roles, 'entry', given || jsonb_build_object(
                'party', parts[1].party_id, 'narration', 'Realised exchange difference',
                'postings', difference)));
    END IF;
    IF batch <> '[]' THEN
        SELECT array_agg(entry_id ORDER BY ordinal) FILTER (WHERE outcome = 'posted') INTO posted
        FROM unnest(post_batch(batch, 'atomic'));
        IF cardinality(posted) IS DISTINCT FROM jsonb_array_length(batch) THEN
            PERFORM refuse('effect_key_must_have_one_content', format(
                'The key %L was used for an entry before. Use a key of its own for each allocation.',
                stated->>'key'));
        END IF;
    END IF;
    RETURN CASE WHEN stated->'entry' IS NULL THEN ARRAY[NULL, posted[1]] ELSE posted END;
END $$;

-- What brings the account to what was settled: one posting for each tie whose sides differ in the
-- base currency, in the order of the ties, then clearing, gain and loss (Ind AS 21, paragraph 28).
CREATE FUNCTION exchange_postings(stated jsonb, parts item_part[], ties item_tie[]) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    named constant jsonb := stated->'exchange';
    base text := (SELECT base_currency FROM companies
                  WHERE tenant_id = current_tenant() AND id = (stated->>'company')::uuid);
    control jsonb;
    gain numeric;
    loss numeric;
BEGIN
    SELECT jsonb_agg(jsonb_build_object('account', p.account, 'amount', 0, 'currency', p.currency,
               'base_amount', -t.residue, 'dimensions', p.dimensions) ORDER BY t.ordinality),
           coalesce(sum(-t.residue) FILTER (WHERE t.residue < 0), 0),
           coalesce(sum(t.residue) FILTER (WHERE t.residue > 0), 0)
    INTO control, gain, loss
    FROM unnest(ties) WITH ORDINALITY AS t
    CROSS JOIN LATERAL (SELECT parts[CASE WHEN t.residue > 0 THEN t.debit ELSE t.credit END] AS part) AS side
    CROSS JOIN LATERAL (SELECT (side.part).*) AS p
    WHERE t.residue <> 0;
    IF control IS NOT NULL AND named IS NULL THEN
        PERFORM refuse('exchange_accounts_must_be_given', format(
            'What is settled differs by %s minor units of %s. Name the accounts of exchange clearing, gain and loss.',
            gain - loss, base));
    END IF;
    RETURN control || coalesce((
        SELECT jsonb_agg(jsonb_build_object('account', account, 'amount', amount, 'currency', currency,
            'base_amount', base_amount, 'dimensions', coalesce(named->'dimensions', '{}')) ORDER BY place)
        FROM (VALUES
            (1, named->>'clearing', 0, parts[1].currency, loss - gain),
            (2, named->>'clearing', gain - loss, base, gain - loss),
            (3, named->>'gain', -gain, base, -gain),
            (4, named->>'loss', loss, base, loss)
        ) AS other (place, account, amount, currency, base_amount)
        WHERE base_amount <> 0), '[]');
END $$;

-- Writes the allocation, its lines, and what of the items is now open.
CREATE FUNCTION write_allocation(stated jsonb, parts item_part[], ties item_tie[], posted uuid[]) RETURNS uuid
LANGUAGE plpgsql
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    made constant uuid := uuidv7();
BEGIN
    INSERT INTO allocations (tenant_id, id, company_id, kind, on_date, entry_id, exchange_entry_id, reason,
        effect_key, content_hash)
    VALUES (tenant, made, (stated->>'company')::uuid, stated->>'kind', (stated->>'on_date')::date, posted[1],
        posted[2], stated->>'reason', stated->>'key', decode(stated->>'content', 'hex'))
    ON CONFLICT (tenant_id, effect_key) DO NOTHING;
    IF NOT FOUND THEN
        PERFORM refuse('effect_key_must_have_one_content', format(
            'The key %L is taken by another allocation. Use a key of its own for each.', stated->>'key'));
    END IF;
    UPDATE open_items AS o SET open_amount = p.open_amount, open_base_amount = p.open_base_amount
    FROM unnest(parts) AS p
    WHERE o.tenant_id = tenant AND o.entry_id = coalesce(p.entry_id, posted[1]) AND o.line = p.line
        AND (o.open_amount, o.open_base_amount) IS DISTINCT FROM (p.open_amount, p.open_base_amount);
    UPDATE open_items SET open_amount = 0, open_base_amount = 0
    WHERE tenant_id = tenant AND entry_id = posted[2];
    WITH tie AS (
        SELECT t.*, coalesce(parts[t.debit].entry_id, posted[1]) AS debit_id, parts[t.debit].line AS debit_line,
               coalesce(parts[t.credit].entry_id, posted[1]) AS credit_id, parts[t.credit].line AS credit_line,
               count(*) FILTER (WHERE t.residue <> 0) OVER (ORDER BY t.ordinality) AS exchange_line
        FROM unnest(ties) WITH ORDINALITY AS t
    ), row_of AS (
        SELECT ordinality, 1 AS part, debit_id, debit_line, credit_id, credit_line, amount, base_amount FROM tie
        UNION ALL
        SELECT ordinality, 2, debit_id, debit_line, posted[2], exchange_line, 0, residue
        FROM tie WHERE residue > 0
        UNION ALL
        SELECT ordinality, 2, posted[2], exchange_line, credit_id, credit_line, 0, -residue
        FROM tie WHERE residue < 0
    )
    INSERT INTO allocation_lines (tenant_id, allocation_id, line, on_date, debit_entry_id, debit_line,
        credit_entry_id, credit_line, amount, base_amount)
    SELECT tenant, made, row_number() OVER (ORDER BY ordinality, part), (stated->>'on_date')::date,
           debit_id, debit_line, credit_id, credit_line, amount, base_amount
    FROM row_of;
    RETURN made;
END $$;

-- Undoes an allocation: opens again what it settled, and reverses what it posted.
CREATE FUNCTION ledger_undo_allocation(stated jsonb) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    day constant date := stated->>'on_date';
    original allocations;
    earlier allocations;
    said jsonb;
    known uuid;
    made constant uuid := uuidv7();
    posted uuid[];
BEGIN
    SELECT * INTO original FROM allocations
    WHERE tenant_id = tenant AND id = (stated->>'allocation')::uuid;
    IF NOT FOUND THEN
        PERFORM refuse('allocation_must_exist', format('There is no allocation %s.', stated->>'allocation'));
    END IF;
    posted := array_remove(ARRAY[original.entry_id, original.exchange_entry_id], NULL);
    PERFORM FROM journal_entries WHERE tenant_id = tenant AND id = ANY (posted) ORDER BY id FOR UPDATE;
    said := hold_day(stated || jsonb_build_object('company', original.company_id));
    PERFORM FROM open_items AS o
    WHERE tenant_id = tenant AND EXISTS (
        SELECT FROM allocation_lines AS l WHERE l.tenant_id = tenant AND l.allocation_id = original.id
        AND ((l.debit_entry_id, l.debit_line) = (o.entry_id, o.line)
            OR (l.credit_entry_id, l.credit_line) = (o.entry_id, o.line)))
        AND entry_id = ANY (ARRAY(
            SELECT debit_entry_id FROM allocation_lines WHERE tenant_id = tenant AND allocation_id = original.id
            UNION SELECT credit_entry_id FROM allocation_lines WHERE tenant_id = tenant AND allocation_id = original.id))
    ORDER BY entry_id, line FOR UPDATE;
    known := allocation_under(stated->>'key', stated->>'content');
    IF known IS NOT NULL THEN
        RETURN known;
    END IF;
    IF said IS NOT NULL THEN
        PERFORM refuse(said->>'code', said->>'message');
    END IF;
    IF original.kind IN ('undo', 'reversal') THEN
        PERFORM refuse('only_an_allocation_is_undone', CASE original.kind
            WHEN 'undo' THEN 'An undo is not undone; allocate again instead.'
            ELSE 'A reversed entry and its mirror stay settled; post the entry again instead.' END);
    END IF;
    SELECT * INTO earlier FROM allocations WHERE tenant_id = tenant AND undoes = original.id;
    IF FOUND THEN
        PERFORM refuse('allocation_must_stand', format('The allocation was undone on %s.', earlier.on_date));
    END IF;
    IF day < original.on_date THEN
        PERFORM refuse('undo_must_follow_allocation', format(
            'The allocation is dated %s, after %s. Undo it on that day or later.', original.on_date, day));
    END IF;
    INSERT INTO allocations (tenant_id, id, company_id, kind, on_date, undoes, reason, effect_key, content_hash)
    VALUES (tenant, made, original.company_id, 'undo', day, original.id, stated->>'reason', stated->>'key',
        decode(stated->>'content', 'hex'))
    ON CONFLICT (tenant_id, effect_key) DO NOTHING;
    IF NOT FOUND THEN
        PERFORM refuse('effect_key_must_have_one_content', format(
            'The key %L is taken by another allocation. Use a key of its own for each.', stated->>'key'));
    END IF;
    INSERT INTO allocation_lines (tenant_id, allocation_id, line, on_date, debit_entry_id, debit_line,
        credit_entry_id, credit_line, amount, base_amount)
    SELECT tenant, made, line, day, debit_entry_id, debit_line, credit_entry_id, credit_line, -amount, -base_amount
    FROM allocation_lines WHERE tenant_id = tenant AND allocation_id = original.id;
    UPDATE open_items AS o SET open_amount = o.open_amount + back.amount,
        open_base_amount = o.open_base_amount + back.base_amount
    FROM (
        SELECT entry_id, line, sum(amount) AS amount, sum(base_amount) AS base_amount
        FROM (
            SELECT debit_entry_id, debit_line, amount, base_amount
            FROM allocation_lines WHERE tenant_id = tenant AND allocation_id = original.id
            UNION ALL
            SELECT credit_entry_id, credit_line, -amount, -base_amount
            FROM allocation_lines WHERE tenant_id = tenant AND allocation_id = original.id
        ) AS sides (entry_id, line, amount, base_amount)
        GROUP BY entry_id, line
    ) AS back
    WHERE o.tenant_id = tenant AND o.entry_id = back.entry_id AND o.line = back.line;
    IF posted <> '{}' THEN
        PERFORM post_batch((SELECT jsonb_agg(mirror_of(id, stated) ORDER BY id) FROM unnest(posted) AS id), 'atomic');
    END IF;
    RETURN made;
END $$;

-- The reversal of an entry, as a batch holds it.
CREATE FUNCTION mirror_of(entry uuid, stated jsonb) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_object(
        'key', format('%s/%s', stated->>'key', e.id), 'roles', coalesce(stated->'roles', '[]'),
        'entry', jsonb_build_object('company', e.company_id, 'entry_date', stated->'on_date',
        'kind', 'reversal', 'narration', stated->'reason', 'reverses', e.id, 'party', e.party_id,
        'document', e.document_id, 'voucher', e.voucher, 'module', e.module,
        'postings', (SELECT jsonb_agg(jsonb_build_object(
                'account', a.code, 'amount', -p.amount, 'currency', p.currency,
                'base_amount', -p.base_amount, 'dimensions', d.dimensions) ORDER BY p.line)
            FROM postings AS p
            JOIN accounts AS a ON a.tenant_id = current_tenant() AND a.id = p.account_id
            JOIN dimension_sets AS d ON d.tenant_id = current_tenant() AND d.id = p.dimension_set_id
            WHERE p.tenant_id = current_tenant() AND p.entry_id = e.id)))
    FROM journal_entries AS e WHERE e.tenant_id = current_tenant() AND e.id = entry
$$;
