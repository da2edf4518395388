-- The only ways into the book: post a batch, reverse an entry.

-- Writes entries and says which the state of the book refuses: all at once, or when that is
-- refused one group after another.
CREATE FUNCTION write_groups(entries entry_in[], lines posting_in[], has traits) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    refused jsonb := '{}';
    link integer;
    said_code text;
    said_message text;
BEGIN
    PERFORM write_entries(entries, lines, has);
    RETURN refused;
EXCEPTION WHEN numeric_value_out_of_range OR SQLSTATE 'KR001' THEN
    IF (SELECT min(e.grp) = max(e.grp) FROM unnest(entries) AS e) THEN
        GET STACKED DIAGNOSTICS said_code = CONSTRAINT_NAME, said_message = MESSAGE_TEXT;
        IF SQLSTATE = '22003' THEN
            said_code := 'balance_out_of_range';
            said_message := too_large(entries[1].narration);
        END IF;
        RETURN refuse_group(entries, entries[1].ordinal, said_code, said_message);
    END IF;
    FOR link IN SELECT DISTINCT e.grp FROM unnest(entries) AS e ORDER BY 1 LOOP
        refused := refused || write_groups(
            (SELECT array_agg(e ORDER BY e.ordinal) FROM unnest(entries) AS e WHERE e.grp = link),
            (SELECT array_agg(p ORDER BY p.ordinal, p.line) FROM unnest(lines) AS p WHERE p.grp = link), has);
    END LOOP;
    RETURN refused;
END $$;

CREATE FUNCTION too_large(narration text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$ SELECT format(
    'With %L a balance would go beyond 9223372036854775807 minor units. Use another account.', narration) $$;

-- One entry of a group is refused, and with it the others.
CREATE FUNCTION refuse_group(entries entry_in[], culprit integer, code text, message text) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
    SELECT jsonb_object_agg(e.ordinal, CASE WHEN e.ordinal = culprit THEN jsonb_build_array(code, message)
        ELSE jsonb_build_array('chain_must_hold', format(
            'Item %s of the same chain was refused: %s', culprit, message)) END)
    FROM unnest(entries) AS e
$$;

-- Whether a refusal is one of the book's state, which the item's key then keeps. What is wrong with
-- the item itself leaves the key free, and so does another item's refusal.
CREATE FUNCTION is_remembered(code text) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT code <> ALL ('{entry_must_have_two_postings,entry_must_have_narration,posting_must_not_be_zero,
        amount_out_of_range,entry_must_balance,entry_must_balance_in_base_currency,
        number_must_hold_sequence,currency_must_be_known,base_amount_must_be_given,
        base_amount_must_equal_amount,effect_key_must_have_one_content,effect_key_must_stand_once,chain_must_hold}'::text[])
$$;

-- Refusals by ordinal, with those that fall on the fresh items of each refused item's chain.
CREATE FUNCTION refuse_chains(fresh entry_in[], entries entry_in[], refused jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
    WITH culprit AS (
        SELECT DISTINCT ON (e.grp) e.grp, e.ordinal, refused->e.ordinal::text->>1 AS message
        FROM unnest(entries) AS e WHERE refused ? e.ordinal::text ORDER BY e.grp, e.ordinal
    )
    SELECT coalesce(jsonb_object_agg(e.ordinal, jsonb_build_array('chain_must_hold', format(
        'Item %s of the same chain was refused: %s', c.ordinal, c.message))), '{}') || refused
    FROM unnest(fresh) AS e JOIN culprit AS c USING (grp)
$$;

-- Posts a batch. Each item has an outcome: posted, duplicate (the first result) or refused.
-- Mode atomic: the first refusal refuses all. Independent: the others are posted. Chains: items
-- with one `chain` are posted together or not at all.
CREATE FUNCTION post_batch(batch jsonb, mode text) RETURNS entry_outcome[]
LANGUAGE plpgsql
AS $$
DECLARE
    entries constant entry_in[] := read_entries(batch, mode);
    locked jsonb := '{}';
    fresh entry_in[];
    all_fresh boolean;
    refused jsonb;
    outcomes entry_outcome[];
    first entry_outcome;
    broken text;
BEGIN
    LOOP
        -- Before looking for keys: an entry posted before the period was locked is found below.
        IF NOT periods_take(entries) THEN
            SELECT coalesce(jsonb_object_agg(p.ordinal, jsonb_build_array(p.code, p.message)), '{}') INTO locked
            FROM refused_by_periods(entries) AS p;
        END IF;
        fresh := without_known(entries);
        all_fresh := coalesce(cardinality(fresh) = cardinality(entries), false);
        refused := CASE WHEN all_fresh THEN '{}' ELSE known_refusals(entries) END;
        BEGIN
            refused := post_fresh(fresh, locked, refused, entries, mode);
            EXIT;
        EXCEPTION
            WHEN numeric_value_out_of_range THEN
                PERFORM refuse('balance_out_of_range', too_large(entries[1].narration));
            WHEN unique_violation THEN
                GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
                IF broken <> 'journal_entries_tenant_id_effect_key_key' THEN
                    RAISE;
                END IF;
                -- Another transaction took a key meanwhile and has committed: now it is found.
        END;
    END LOOP;
    IF refused <> '{}' AND mode <> 'atomic' THEN
        INSERT INTO refused_items (tenant_id, effect_key, content_hash, code, message)
        SELECT current_tenant(), e.key, e.content_hash, refused->e.ordinal::text->>0, refused->e.ordinal::text->>1
        FROM unnest(fresh) AS e
        WHERE refused ? e.ordinal::text AND is_remembered(refused->e.ordinal::text->>0)
        ORDER BY e.key ON CONFLICT DO NOTHING;
    END IF;
    IF all_fresh AND refused = '{}' THEN
        RETURN outcomes_of_posted(entries);
    END IF;
    outcomes := outcomes_of(entries, refused);
    IF mode = 'atomic' THEN
        SELECT * INTO first FROM unnest(outcomes) AS o
        WHERE o.outcome = 'refused' AND o.code <> 'chain_must_hold' ORDER BY o.ordinal LIMIT 1;
        IF FOUND THEN
            PERFORM refuse(first.code, first.message);
        END IF;
    END IF;
    RETURN outcomes;
END $$;

-- Those whose key nobody used yet, the first of each key.
CREATE FUNCTION without_known(entries entry_in[]) RETURNS entry_in[]
LANGUAGE plpgsql
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    keys constant text[] := CASE cardinality(entries) WHEN 1 THEN ARRAY[entries[1].key]
        ELSE ARRAY(SELECT DISTINCT e.key FROM unnest(entries) AS e) END;
    used text[];
BEGIN
    used := ARRAY(SELECT effect_key FROM journal_entries WHERE tenant_id = tenant AND effect_key = ANY (keys)
        UNION ALL SELECT effect_key FROM refused_items WHERE tenant_id = tenant AND effect_key = ANY (keys));
    IF used = '{}' AND cardinality(keys) = cardinality(entries) THEN
        RETURN entries;
    END IF;
    RETURN (SELECT array_agg(e ORDER BY ordinal) FROM (
        SELECT DISTINCT ON (u.key) u.ordinal, u FROM unnest(entries) AS u WHERE u.key <> ALL (used)
        ORDER BY u.key, u.ordinal) AS first (ordinal, e));
END $$;

-- What is refused for its key alone: it was used for something else, or refused before.
CREATE FUNCTION known_refusals(entries entry_in[]) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(jsonb_object_agg(ordinal, CASE
        WHEN used <> content_hash THEN jsonb_build_array('effect_key_must_have_one_content', format(
            'The key %L was first used at %s for another entry. Use a key of its own for each entry.',
            key, coalesce(used_at, clock_timestamp())))
        ELSE jsonb_build_array(code, message) END), '{}')
    FROM (
        SELECT e.ordinal, e.key, e.content_hash, r.code, r.message, coalesce(j.recorded_at, r.refused_at) AS used_at,
               coalesce(j.content_hash, r.content_hash,
                   first_value(e.content_hash) OVER (PARTITION BY e.key ORDER BY e.ordinal)) AS used
        FROM unnest(entries) AS e
        LEFT JOIN LATERAL (SELECT id, content_hash, recorded_at FROM journal_entries
            WHERE tenant_id = (SELECT current_tenant()) AND effect_key = e.key LIMIT 1) AS j ON true
        LEFT JOIN LATERAL (SELECT content_hash, code, message, refused_at FROM refused_items
            WHERE tenant_id = (SELECT current_tenant()) AND effect_key = e.key AND j.id IS NULL LIMIT 1) AS r ON true
    ) AS looked_up
    WHERE used <> content_hash OR code IS NOT NULL
$$;

-- Posts what is fresh and says what is refused, as [code, message] by ordinal.
CREATE FUNCTION post_fresh(fresh entry_in[], locked jsonb, known jsonb, entries entry_in[], mode text)
RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    sound entry_in[] := fresh;
    lines posting_in[];
    has traits;
    refused jsonb := '{}';
BEGIN
    IF fresh IS NULL THEN
        RETURN known;
    END IF;
    lines := read_postings(fresh);
    has := traits_of(fresh, lines);
    IF NOT has.soundness THEN
        SELECT coalesce(jsonb_object_agg(r.ordinal, jsonb_build_array(r.code, r.message)), '{}') INTO refused
        FROM refusals(fresh, lines) AS r;
    END IF;
    IF locked <> '{}' THEN
        refused := (SELECT coalesce(jsonb_object_agg(e.ordinal, locked->e.ordinal::text), '{}')
                    FROM unnest(fresh) AS e WHERE locked ? e.ordinal::text) || refused;
    END IF;
    refused := refused || known;
    IF refused <> '{}' THEN
        refused := refuse_chains(fresh, entries, refused);
        sound := (SELECT array_agg(e ORDER BY e.ordinal) FROM unnest(fresh) AS e
                  WHERE NOT refused ? e.ordinal::text);
        lines := (SELECT array_agg(p ORDER BY p.ordinal, p.line) FROM unnest(lines) AS p
                  WHERE NOT refused ? p.ordinal::text);
    END IF;
    IF mode = 'atomic' AND sound IS NOT NULL THEN
        PERFORM write_entries(sound, lines, has);
    ELSIF sound IS NOT NULL THEN
        refused := refused || write_groups(sound, lines, has);
    END IF;
    RETURN refused;
END $$;

-- What became of each item.
CREATE FUNCTION outcomes_of(entries entry_in[], refused jsonb) RETURNS entry_outcome[]
LANGUAGE sql STABLE
AS $$
    SELECT array_agg(CASE
        WHEN refused ? e.ordinal::text THEN ROW(e.ordinal, 'refused', NULL, NULL,
            refused->e.ordinal::text->>0, refused->e.ordinal::text->>1, NULL)::entry_outcome
        WHEN j.id IS NULL THEN ROW(e.ordinal, 'refused', NULL, NULL, 'effect_key_must_stand_once',
            format('The key %L stands twice in the batch, and the first is refused.', e.key), NULL)::entry_outcome
        ELSE ROW(e.ordinal, CASE WHEN j.id = e.id THEN 'posted' ELSE 'duplicate' END, j.id,
            CASE WHEN e.series IS NOT NULL THEN (SELECT number FROM voucher_numbers
                WHERE tenant_id = (SELECT current_tenant()) AND entry_id = j.id) END, NULL, NULL,
            (SELECT w.warnings FROM entry_warnings AS w
                WHERE tenant_id = (SELECT current_tenant()) AND entry_id = j.id))::entry_outcome
        END)
    FROM unnest(entries) AS e
    LEFT JOIN LATERAL (SELECT id FROM journal_entries
        WHERE tenant_id = (SELECT current_tenant()) AND effect_key = e.key LIMIT 1) AS j ON true
$$;

-- The same when all of them were posted by this call.
CREATE FUNCTION outcomes_of_posted(entries entry_in[]) RETURNS entry_outcome[]
LANGUAGE sql STABLE
AS $$
    SELECT array_agg(ROW(e.ordinal, 'posted', e.id,
        CASE WHEN e.series IS NOT NULL THEN (SELECT number FROM voucher_numbers
            WHERE tenant_id = (SELECT current_tenant()) AND entry_id = e.id LIMIT 1) END, NULL, NULL,
        (SELECT w.warnings FROM entry_warnings AS w
            WHERE tenant_id = (SELECT current_tenant()) AND entry_id = e.id LIMIT 1))::entry_outcome)
    FROM unnest(entries) AS e
$$;

CREATE FUNCTION ledger_post(batch jsonb, mode text) RETURNS SETOF entry_outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$ BEGIN
    IF batch @? '$[*].entry ? (@.kind == "reversal" || exists(@.reverses))' THEN
        PERFORM refuse('reversal_must_use_reverse', 'A reversal is made by reversing an entry, not by posting one.');
    END IF;
    IF mode <> ALL ('{atomic,independent,chains}'::text[]) THEN
        PERFORM refuse('batch_mode_must_be_known', format('A batch is atomic, independent or chains, not %L.', mode));
    END IF;
    RETURN QUERY SELECT * FROM unnest(post_batch(batch, mode));
END $$;

-- Posts the mirror of an entry, once, on a date of an open period.
CREATE FUNCTION ledger_reverse(entry uuid, on_date date, reason text, key text, process uuid, roles text[])
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
    RETURN QUERY SELECT * FROM unnest(post_batch(jsonb_build_array(jsonb_build_object('key', key,
        'roles', to_jsonb(roles), 'entry', jsonb_build_object(
        'company', original.company_id, 'entry_date', on_date, 'kind', 'reversal',
        'narration', reason, 'reverses', original.id, 'party', original.party_id,
        'process', process, 'document', original.document_id,
        'postings', (SELECT jsonb_agg(jsonb_build_object(
                'account', a.code, 'amount', -p.amount, 'currency', p.currency,
                'base_amount', -p.base_amount, 'dimensions', d.dimensions) ORDER BY p.line)
            FROM postings p
            JOIN accounts a ON a.tenant_id = tenant AND a.id = p.account_id
            JOIN dimension_sets d ON d.tenant_id = tenant AND d.id = p.dimension_set_id
            WHERE p.tenant_id = tenant AND p.entry_id = entry),
        'voucher', original.voucher, 'module', original.module))), 'atomic'));
END $$;
