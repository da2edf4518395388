-- Two-phase postings: reserve an amount between two accounts, take it by entries, release the rest.

CREATE TYPE hold_outcome AS (outcome text, hold_id uuid, amount bigint, remaining bigint, entry_id uuid,
    number text, warnings jsonb);

-- The one hold of an id, locked; no other call changes it before this one commits.
CREATE FUNCTION lock_hold(hold uuid) RETURNS holds
LANGUAGE plpgsql
AS $$
DECLARE
    one holds;
BEGIN
    SELECT * INTO one FROM holds WHERE tenant_id = current_tenant() AND id = hold FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('hold_must_exist', format('There is no hold %s.', hold));
    END IF;
    RETURN one;
END $$;

-- Refuses a hold that can no longer be taken. One past its time counts as expired, swept or not.
CREATE FUNCTION check_open(hold holds) RETURNS void
LANGUAGE plpgsql
AS $$ BEGIN
    IF hold.state = 'open' AND hold.expires_at <= business_now() THEN
        PERFORM refuse('hold_must_be_open', format('The hold expired at %s. Place a new one.', hold.expires_at));
    ELSIF hold.state <> 'open' THEN
        PERFORM refuse('hold_must_be_open', format('The hold is %s. Place a new one.', hold.state));
    END IF;
END $$;

-- The first event under a key, when its content is the same; refuses the key for anything else.
CREATE FUNCTION event_before(of_key text, hash bytea) RETURNS hold_events
LANGUAGE plpgsql
AS $$
DECLARE
    one hold_events;
BEGIN
    SELECT * INTO one FROM hold_events WHERE tenant_id = current_tenant() AND effect_key = of_key;
    IF FOUND AND one.content_hash <> hash THEN
        PERFORM refuse('effect_key_must_have_one_content', format(
            'The key %L was first used at %s for something else. Use a key of its own.', of_key, one.happened_at));
    END IF;
    RETURN one;
END $$;

-- Reserves an amount: the debit account would gain it and the credit account lose it. Limits count it
-- from now on. The same under the same key answers with the first.
CREATE FUNCTION ledger_hold(stated jsonb, key text) RETURNS hold_outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    hash constant bytea := sha256(convert_to(stated::text, 'UTF8'));
    entries entry_in[];
    lines posting_in[];
    said record;
    first hold_events;
    placed holds;
    warnings jsonb := '{}';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(tenant || key, 0));
    first := event_before(key, hash);
    IF first.id IS NOT NULL THEN
        SELECT * INTO placed FROM holds WHERE tenant_id = tenant AND id = first.hold_id;
        RETURN ROW('duplicate', placed.id, placed.amount, placed.remaining, NULL, NULL, NULL)::hold_outcome;
    END IF;
    IF coalesce((stated->>'amount')::numeric, 0) <= 0 THEN
        PERFORM refuse('amount_must_be_positive', format('%s cannot be reserved; reserve more than nothing.',
            coalesce(stated->>'amount', 'Nothing')));
    END IF;
    IF stated->'debit' = stated->'credit' THEN
        PERFORM refuse('hold_must_join_two_accounts', format(
            'Both sides of the hold are %s. Name the account that would gain and the one that would lose.', stated->>'debit'));
    END IF;
    IF (stated->>'expires_at')::timestamptz <= business_now() THEN
        PERFORM refuse('hold_must_expire_later', format('The hold would have expired at %s already.', stated->>'expires_at'));
    END IF;
    -- A hold climbs the same ladder as the entry that it announces.
    entries := read_entries(jsonb_build_array(jsonb_build_object('key', key, 'entry',
        (stated - '{expires_at}'::text[]) || hold_as_entry(stated, (stated->>'amount')::numeric, business_today()))),
        'atomic');
    lines := read_postings(entries);
    SELECT * INTO said FROM refusals(entries, lines) AS r LIMIT 1;
    IF FOUND THEN
        PERFORM refuse(said.code, said.message);
    END IF;
    IF EXISTS (SELECT FROM unnest(lines) AS p WHERE p.dimension_set_id IS NULL) THEN
        lines := add_dimension_sets(lines);
    END IF;
    IF EXISTS (SELECT FROM unnest(lines) AS p WHERE p.is_limited) THEN
        warnings := check_limits(lines);
    END IF;
    INSERT INTO holds (tenant_id, id, company_id, debit_account_id, credit_account_id, currency,
        dimension_set_id, amount, remaining, expires_at, narration, party_id, process_id, placed_at,
        effect_key, content_hash)
    VALUES (tenant, uuidv7(), entries[1].company_id, lines[1].account_id, lines[2].account_id, lines[1].currency,
        lines[1].dimension_set_id, lines[1].amount, lines[1].amount, (stated->>'expires_at')::timestamptz,
        entries[1].narration, entries[1].party_id, entries[1].process_id, business_now(), key, hash)
    RETURNING * INTO placed;
    PERFORM note_event(placed.id, 'placed', placed.amount, NULL, NULL, key, hash);
    RETURN ROW('placed', placed.id, placed.amount, placed.remaining, NULL, NULL, warnings->'1')::hold_outcome;
END $$;

-- The two postings of a hold over an amount.
CREATE FUNCTION hold_as_entry(stated jsonb, amount numeric, on_date date) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
    SELECT jsonb_build_object('entry_date', on_date, 'postings', jsonb_build_array(
        posting || jsonb_build_object('account', stated->'debit', 'amount', amount)
            || CASE WHEN stated ? 'base_amount' THEN jsonb_build_object('base_amount', stated->'base_amount') ELSE '{}' END,
        posting || jsonb_build_object('account', stated->'credit', 'amount', -amount)
            || CASE WHEN stated ? 'base_amount'
               THEN jsonb_build_object('base_amount', -(stated->>'base_amount')::numeric) ELSE '{}' END))
    FROM (SELECT jsonb_build_object('currency', stated->'currency',
        'dimensions', coalesce(stated->'dimensions', '{}'))) AS p (posting)
$$;

CREATE FUNCTION note_event(hold uuid, what text, amount bigint, entry uuid, why text, key text, hash bytea) RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO hold_events (tenant_id, id, hold_id, kind, amount, entry_id, reason, happened_at, effect_key, content_hash)
    VALUES (current_tenant(), uuidv7(), hold, what, amount, entry, why, business_now(), key, hash)
$$;

-- Takes an amount of a hold by posting it, once for each key. `up_to` takes what is left when that is
-- less; `is_last` releases the rest.
CREATE FUNCTION ledger_take(hold uuid, stated jsonb, key text) RETURNS hold_outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    hash constant bytea := sha256(convert_to(hold || stated::text, 'UTF8'));
    held_now holds := lock_hold(hold);
    first hold_events := event_before(key, hash);
    asked constant numeric := (stated->>'amount')::numeric;
    amount numeric;
    rest bigint;
    posted entry_outcome;
BEGIN
    IF first.id IS NOT NULL THEN
        RETURN ROW('duplicate', hold, first.amount, held_now.remaining, first.entry_id,
            (SELECT n.number FROM voucher_numbers AS n WHERE n.tenant_id = tenant AND n.entry_id = first.entry_id),
            (SELECT w.warnings FROM entry_warnings AS w WHERE w.tenant_id = tenant AND w.entry_id = first.entry_id))::hold_outcome;
    END IF;
    PERFORM check_open(held_now);
    amount := CASE WHEN (stated->>'up_to')::boolean THEN least(asked, held_now.remaining) ELSE asked END;
    IF coalesce(amount, 0) <= 0 OR amount <> trunc(amount) THEN
        PERFORM refuse('amount_must_be_positive', format('%s cannot be taken; take whole minor units, more than nothing.',
            coalesce(stated->>'amount', 'Nothing')));
    ELSIF amount > held_now.remaining THEN
        PERFORM refuse('hold_must_cover_amount', format('%s of the hold are left, not %s. Take %s or less, or up to.',
            held_now.remaining, amount, held_now.remaining));
    END IF;
    IF amount < asked AND stated ? 'base_amount' THEN
        PERFORM refuse('base_amount_must_fit_amount', format(
            'Only %s are left, but the base amount is given for %s. Take the amount that is left.', amount, asked));
    END IF;
    rest := CASE WHEN (stated->>'is_last')::boolean THEN 0 ELSE held_now.remaining - amount END;
    -- First the hold gives way: what is posted is no longer reserved as well.
    UPDATE holds SET remaining = rest, state = CASE rest WHEN 0 THEN 'taken' ELSE 'open' END
    WHERE tenant_id = tenant AND id = hold;
    SELECT * INTO posted FROM unnest(post_batch(jsonb_build_array(jsonb_build_object('key', key, 'roles',
        coalesce(stated->'roles', '[]'), 'entry', (stated->'entry') || jsonb_build_object('company', held_now.company_id)
        || hold_as_entry(hold_in_words(held_now) || (stated - '{entry}'::text[]), amount, (stated->'entry'->>'entry_date')::date))),
        'atomic'));
    PERFORM note_event(hold, 'taken', amount::bigint, posted.entry_id, NULL, key, hash);
    IF held_now.remaining - amount > rest THEN
        PERFORM note_event(hold, 'released', (held_now.remaining - amount)::bigint, NULL, 'The last was taken.', NULL, NULL);
    END IF;
    RETURN ROW('taken', hold, amount::bigint, rest, posted.entry_id, posted.number, posted.warnings)::hold_outcome;
END $$;

-- A hold as it was stated.
CREATE FUNCTION hold_in_words(hold holds) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_object('debit', d.code, 'credit', c.code, 'currency', hold.currency, 'dimensions', s.dimensions)
    FROM accounts AS d, accounts AS c, dimension_sets AS s
    WHERE d.tenant_id = hold.tenant_id AND d.id = hold.debit_account_id
      AND c.tenant_id = hold.tenant_id AND c.id = hold.credit_account_id
      AND s.tenant_id = hold.tenant_id AND s.id = hold.dimension_set_id
$$;

-- Gives back what is left of a hold, once for each key.
CREATE FUNCTION ledger_release(hold uuid, why text, key text) RETURNS hold_outcome
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    hash constant bytea := sha256(convert_to(hold || 'release' || why, 'UTF8'));
    held_now holds := lock_hold(hold);
    first hold_events := event_before(key, hash);
BEGIN
    IF first.id IS NOT NULL THEN
        RETURN ROW('duplicate', hold, first.amount, 0, NULL, NULL, NULL)::hold_outcome;
    END IF;
    PERFORM check_open(held_now);
    UPDATE holds SET remaining = 0, state = 'released' WHERE tenant_id = current_tenant() AND id = hold;
    PERFORM note_event(hold, 'released', held_now.remaining, NULL, why, key, hash);
    RETURN ROW('released', hold, held_now.remaining, 0, NULL, NULL, NULL)::hold_outcome;
END $$;

-- Marks holds whose time has passed, at most so many, and answers how many. Limits stopped counting
-- them when it passed; nobody waits for this.
CREATE FUNCTION ledger_expire_holds(most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    swept integer;
BEGIN
    WITH due AS (
        SELECT tenant_id, id, remaining FROM holds
        WHERE tenant_id = current_tenant() AND state = 'open' AND expires_at <= business_now()
        ORDER BY id LIMIT most FOR UPDATE SKIP LOCKED
    ), expired AS (
        UPDATE holds AS h SET state = 'expired', remaining = 0 FROM due
        WHERE h.tenant_id = due.tenant_id AND h.id = due.id RETURNING due.id, due.remaining
    )
    INSERT INTO hold_events (tenant_id, id, hold_id, kind, amount, happened_at)
    SELECT current_tenant(), uuidv7(), id, 'expired', remaining, business_now() FROM expired;
    GET DIAGNOSTICS swept = ROW_COUNT;
    RETURN swept;
END $$;
