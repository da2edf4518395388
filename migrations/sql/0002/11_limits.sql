-- Floors and ceilings of what an account holds, counted on its normal side; holds count too.

CREATE TABLE limits (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    company_id uuid NOT NULL,
    account_id bigint NOT NULL,
    currency char(3) NOT NULL,
    dimensions jsonb NOT NULL DEFAULT '{}',
    floor bigint,
    ceiling bigint CHECK (ceiling >= floor),
    is_hard boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, account_id, currency, dimensions),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id)
);
CREATE INDEX dimension_sets_dimensions ON dimension_sets USING gin (dimensions jsonb_path_ops);

-- Amounts reserved between two accounts, to be taken by entries, released, or expired.
CREATE TABLE holds (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    debit_account_id bigint NOT NULL,
    credit_account_id bigint NOT NULL,
    currency char(3) NOT NULL,
    dimension_set_id bigint NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    remaining bigint NOT NULL CHECK (remaining BETWEEN 0 AND amount),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'released', 'expired')),
    expires_at timestamptz,
    narration text NOT NULL,
    party_id uuid,
    process_id uuid,
    placed_at timestamptz NOT NULL,
    effect_key text NOT NULL,
    content_hash bytea NOT NULL,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, effect_key),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id),
    FOREIGN KEY (tenant_id, debit_account_id) REFERENCES accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, credit_account_id) REFERENCES accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, dimension_set_id) REFERENCES dimension_sets (tenant_id, id),
    FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT only_an_open_hold_remains CHECK (state = 'open' OR remaining = 0)
);
CREATE INDEX holds_debit_account_id ON holds (tenant_id, debit_account_id, currency) WHERE state = 'open';
CREATE INDEX holds_credit_account_id ON holds (tenant_id, credit_account_id, currency) WHERE state = 'open';

-- What became of a hold, a row for each time.
CREATE TABLE hold_events (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    hold_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('placed', 'taken', 'released', 'expired')),
    amount bigint NOT NULL CHECK (amount > 0),
    entry_id uuid,
    reason text,
    happened_at timestamptz NOT NULL,
    effect_key text,
    content_hash bytea,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, effect_key),
    FOREIGN KEY (tenant_id, hold_id) REFERENCES holds (tenant_id, id),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES journal_entries (tenant_id, id)
);
CREATE INDEX hold_events_hold_id ON hold_events (tenant_id, hold_id);
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON hold_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay BEFORE DELETE OR TRUNCATE ON holds
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What an account holds of a currency under some dimensions, on its normal side: posted, and what
-- open holds would take from it (out) or bring to it (in).
CREATE TYPE held AS (posted numeric, pending_out numeric, pending_in numeric);
CREATE FUNCTION held_by(account bigint, of_currency text, within jsonb) RETURNS held
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    answer held;
    sign integer;
BEGIN
    SELECT CASE normal_side WHEN 'debit' THEN 1 ELSE -1 END INTO sign FROM accounts
    WHERE tenant_id = tenant AND id = account;
    IF within = '{}' THEN
        SELECT coalesce(sum(debit - credit), 0) * sign INTO answer.posted FROM balances AS b
        JOIN accounts AS a ON a.tenant_id = tenant AND a.id = b.account_id
        WHERE b.tenant_id = tenant AND b.company_id = a.company_id AND b.account_id = account
          AND b.currency = of_currency;
    ELSE
        SELECT coalesce(sum(b.debit - b.credit), 0) * sign INTO answer.posted FROM dimension_sets AS d
        JOIN accounts AS a ON a.tenant_id = tenant AND a.id = account
        JOIN balances AS b ON b.tenant_id = tenant AND b.company_id = a.company_id AND b.account_id = account
            AND b.currency = of_currency AND b.dimension_set_id = d.id
        WHERE d.tenant_id = tenant AND d.dimensions @> within;
    END IF;
    SELECT coalesce(-sum(least(delta, 0)), 0), coalesce(sum(greatest(delta, 0)), 0)
    INTO answer.pending_out, answer.pending_in
    FROM (
        SELECT h.remaining * sign AS delta, h.dimension_set_id, h.expires_at FROM holds AS h
        WHERE h.tenant_id = tenant AND h.debit_account_id = account AND h.currency = of_currency
          AND h.state = 'open'
        UNION ALL
        SELECT -h.remaining * sign, h.dimension_set_id, h.expires_at FROM holds AS h
        WHERE h.tenant_id = tenant AND h.credit_account_id = account AND h.currency = of_currency
          AND h.state = 'open'
    ) AS pending
    WHERE (expires_at IS NULL OR expires_at > business_now()) AND (within = '{}' OR EXISTS (
        SELECT FROM dimension_sets AS d
        WHERE d.tenant_id = tenant AND d.id = dimension_set_id AND d.dimensions @> within));
    RETURN answer;
END $$;

-- Refuses postings that carry an account past a hard limit, and warns of a soft one, as warnings by
-- ordinal. What moves an account back towards its limit is always let through. When several groups
-- together might cross a limit it refuses them together: the caller then asks for each alone.
CREATE FUNCTION check_limits(lines posting_in[]) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    asked record;
    now_held held;
    crossed text;
    warnings jsonb := '{}';
    together constant boolean := (SELECT min(p.grp) < max(p.grp) FROM unnest(lines) AS p);
BEGIN
    -- A statement of its own: who waited here reads below what the one before him left.
    PERFORM FROM limits AS l WHERE l.tenant_id = tenant AND EXISTS (
        SELECT FROM unnest(lines) AS p WHERE p.is_limited AND p.account_id = l.account_id)
    ORDER BY l.id FOR UPDATE;
    FOR asked IN
        SELECT l.*, a.code, min(moved.ordinal) AS ordinal,
               sum(least(moved.net, 0)) AS outward, sum(greatest(moved.net, 0)) AS inward
        FROM limits AS l
        JOIN accounts AS a ON a.tenant_id = tenant AND a.id = l.account_id
        CROSS JOIN LATERAL (
            SELECT p.grp, min(p.ordinal) AS ordinal,
                   sum(p.amount) * CASE a.normal_side WHEN 'debit' THEN 1 ELSE -1 END AS net
            FROM unnest(lines) AS p
            WHERE p.is_limited AND p.account_id = l.account_id AND p.currency = l.currency
              AND p.dimensions @> l.dimensions
            GROUP BY p.grp
        ) AS moved
        WHERE l.tenant_id = tenant
          AND l.account_id = ANY (SELECT p.account_id FROM unnest(lines) AS p WHERE p.is_limited)
        GROUP BY l.tenant_id, l.id, a.code ORDER BY l.id
    LOOP
        now_held := held_by(asked.account_id, asked.currency, asked.dimensions);
        crossed := CASE
            WHEN asked.outward < 0 AND now_held.posted + asked.outward - now_held.pending_out < asked.floor
            THEN 'balance_must_stay_above_floor'
            WHEN asked.inward > 0 AND now_held.posted + asked.inward + now_held.pending_in > asked.ceiling
            THEN 'balance_must_stay_below_ceiling' END;
        CONTINUE WHEN crossed IS NULL;
        IF together OR asked.is_hard THEN
            PERFORM refuse(crossed, limit_in_words(crossed, asked.code, asked.currency, asked.dimensions,
                asked.floor, asked.ceiling, asked.outward, asked.inward, now_held));
        END IF;
        warnings := merge_warnings(warnings, jsonb_build_object(asked.ordinal, jsonb_build_array(
            limit_in_words(crossed, asked.code, asked.currency, asked.dimensions,
                asked.floor, asked.ceiling, asked.outward, asked.inward, now_held))));
    END LOOP;
    RETURN warnings;
END $$;

CREATE FUNCTION limit_in_words(crossed text, account text, currency text, dimensions jsonb, floor bigint,
    ceiling bigint, outward numeric, inward numeric, now_held held) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT format('%s%s holds %s minor units of %s',
            account, CASE WHEN dimensions = '{}' THEN '' ELSE format(' (%s)', dimensions) END,
            now_held.posted, currency)
        || CASE crossed WHEN 'balance_must_stay_above_floor' THEN format(
                ', of which %s are reserved; %s more would carry it below its floor of %s. Take %s or less.',
                now_held.pending_out, -outward, floor, greatest(now_held.posted - now_held.pending_out - floor, 0))
            ELSE format(
                ', and %s are announced; %s more would carry it above its ceiling of %s. Bring %s or less.',
                now_held.pending_in, inward, ceiling, greatest(ceiling - now_held.posted - now_held.pending_in, 0))
            END
$$;

-- Sets, changes or (with neither floor nor ceiling) lifts the limit of an account, for one currency and
-- under some dimensions. What the account holds already may lie beyond it: then it may only come back.
CREATE FUNCTION ledger_set_limit(company uuid, stated jsonb, person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    held_account accounts;
BEGIN
    SELECT * INTO held_account FROM accounts
    WHERE tenant_id = tenant AND company_id = company AND code = stated->>'account' FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('account_must_exist', format('The company has no account %L.', stated->>'account'));
    END IF;
    IF held_account.slots > 1 THEN
        PERFORM refuse('limited_account_must_have_one_slot', format(
            'Account %s counts in %s slots so that many may post to it at once; a limit needs one count. '
            'Limit another account.', held_account.code, held_account.slots));
    END IF;
    IF (stated->>'ceiling')::bigint < (stated->>'floor')::bigint THEN
        PERFORM refuse('ceiling_must_not_be_below_floor', format(
            'The ceiling %s is below the floor %s.', stated->>'ceiling', stated->>'floor'));
    END IF;
    IF coalesce(stated->>'currency', '') !~ '^[A-Z]{3}$' THEN
        PERFORM refuse('currency_must_be_known', format(
            'The currency %L is no code of ISO 4217, such as INR.', stated->>'currency'));
    END IF;
    INSERT INTO limits (tenant_id, company_id, account_id, currency, dimensions, floor, ceiling, is_hard,
        changed_at, changed_by)
    VALUES (tenant, company, held_account.id, stated->>'currency', coalesce(stated->'dimensions', '{}'),
        (stated->>'floor')::bigint, (stated->>'ceiling')::bigint, coalesce((stated->>'is_hard')::boolean, true),
        business_now(), person)
    ON CONFLICT (tenant_id, account_id, currency, dimensions) DO UPDATE SET floor = excluded.floor,
        ceiling = excluded.ceiling, is_hard = excluded.is_hard, changed_at = excluded.changed_at,
        changed_by = excluded.changed_by;
    UPDATE accounts SET is_limited = EXISTS (SELECT FROM limits AS l WHERE l.tenant_id = tenant
        AND l.account_id = held_account.id AND (l.floor IS NOT NULL OR l.ceiling IS NOT NULL))
    WHERE tenant_id = tenant AND id = held_account.id;
END $$;

REVOKE ALL ON FUNCTION held_by(bigint, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION held_by(bigint, text, jsonb) TO kontor_app, kontor_reader;
