-- Exchange rates as they were set and corrected, and what was revalued with which of them.

-- `rate` units of the quote currency for `units` of the base currency, as RBI quotes yen per 100.
-- Without a company a rate holds for all of the tenant's. A correction is one more version.
CREATE TABLE exchange_rates (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL DEFAULT uuidv7(),
    company_id uuid,
    base_currency char(3) NOT NULL CHECK (base_currency ~ '^[A-Z]{3}$'),
    quote_currency char(3) NOT NULL CHECK (quote_currency ~ '^[A-Z]{3}$'),
    kind text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]{0,39}$'),
    rate_date date NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    units integer NOT NULL CHECK (units IN (1, 10, 100, 1000, 10000)),
    rate numeric(20, 10) NOT NULL CHECK (rate > 0),
    source text NOT NULL,
    set_by uuid,
    reason text,
    effect_key text NOT NULL,
    content_hash bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, effect_key),
    CONSTRAINT exchange_rates_version UNIQUE NULLS NOT DISTINCT
        (tenant_id, base_currency, quote_currency, kind, rate_date, company_id, version),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id),
    FOREIGN KEY (tenant_id, set_by) REFERENCES persons (tenant_id, id),
    CONSTRAINT currencies_differ CHECK (base_currency <> quote_currency),
    CONSTRAINT correction_says_who_and_why CHECK (version = 1 OR (set_by IS NOT NULL AND reason ~ '\S'))
);
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON exchange_rates
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A revaluation that was made; without entries when nothing differed.
CREATE TABLE revaluations (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL DEFAULT uuidv7(),
    company_id uuid NOT NULL,
    revalued_on date NOT NULL,
    rate_kind text NOT NULL,
    entry_id uuid,
    reversal_id uuid,
    clean_up_id uuid,
    effect_key text NOT NULL,
    content_hash bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, effect_key),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES journal_entries (tenant_id, id),
    FOREIGN KEY (tenant_id, reversal_id) REFERENCES journal_entries (tenant_id, id),
    FOREIGN KEY (tenant_id, clean_up_id) REFERENCES journal_entries (tenant_id, id),
    CONSTRAINT entry_has_its_reversal CHECK ((entry_id IS NULL) = (reversal_id IS NULL))
);
CREATE INDEX revaluations_company_id ON revaluations (tenant_id, company_id, revalued_on);
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON revaluations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Each balance that a revaluation looked at, and the rate or, through a pivot, the two rates it took.
-- A balance of no foreign amount takes none.
CREATE TABLE revaluation_lines (
    tenant_id uuid NOT NULL REFERENCES tenants,
    revaluation_id uuid NOT NULL,
    line integer NOT NULL,
    account_id bigint NOT NULL,
    currency char(3) NOT NULL,
    dimension_set_id bigint NOT NULL,
    amount bigint NOT NULL,
    carrying bigint NOT NULL,
    revalued bigint NOT NULL,
    rate_id uuid,
    pivot_rate_id uuid,
    PRIMARY KEY (tenant_id, revaluation_id, line),
    FOREIGN KEY (tenant_id, revaluation_id) REFERENCES revaluations (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, dimension_set_id) REFERENCES dimension_sets (tenant_id, id),
    FOREIGN KEY (tenant_id, rate_id) REFERENCES exchange_rates (tenant_id, id),
    FOREIGN KEY (tenant_id, pivot_rate_id) REFERENCES exchange_rates (tenant_id, id),
    CONSTRAINT amount_has_its_rate CHECK ((amount = 0) = (rate_id IS NULL))
);
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON revaluation_lines
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Sets a rate, once for each key, or corrects it with a new version that says who and why.
CREATE FUNCTION ledger_set_rate(stated jsonb, key text) RETURNS exchange_rates
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    hash constant bytea := sha256(convert_to(stated::text, 'UTF8'));
    given exchange_rates := jsonb_populate_record(NULL::exchange_rates, stated);
    held exchange_rates;
BEGIN
    IF (stated->>'rate')::numeric <> given.rate THEN
        PERFORM refuse('rate_must_be_exact', format(
            'A rate has at most ten decimals, not %s. State it for more units.', stated->>'rate'));
    END IF;
    -- Versions of one rate follow one another; what is read below is the last that was committed.
    PERFORM pg_advisory_xact_lock(hashtextextended(format('rate %s %s %s %s %s %s', tenant, given.company_id,
        given.base_currency, given.quote_currency, given.kind, given.rate_date), 0));
    SELECT * INTO held FROM exchange_rates AS r WHERE r.tenant_id = tenant AND r.effect_key = key;
    IF NOT FOUND THEN
        SELECT * INTO held FROM exchange_rates AS r
        WHERE r.tenant_id = tenant AND r.base_currency = given.base_currency
          AND r.quote_currency = given.quote_currency AND r.kind = given.kind
          AND r.rate_date = given.rate_date AND r.company_id IS NOT DISTINCT FROM given.company_id
        ORDER BY r.version DESC LIMIT 1;
        PERFORM check_rate(given, held);
        INSERT INTO exchange_rates (tenant_id, company_id, base_currency, quote_currency, kind, rate_date,
            version, units, rate, source, set_by, reason, effect_key, content_hash)
        VALUES (tenant, given.company_id, given.base_currency, given.quote_currency, given.kind,
            given.rate_date, coalesce(held.version, 0) + 1, given.units, given.rate, given.source,
            given.set_by, given.reason, key, hash)
        ON CONFLICT (tenant_id, effect_key) DO NOTHING;
        SELECT * INTO held FROM exchange_rates AS r WHERE r.tenant_id = tenant AND r.effect_key = key;
    END IF;
    IF held.content_hash <> hash THEN
        PERFORM refuse('effect_key_must_have_one_content', format(
            'The key %L was first used at %s for another rate. Use a key of its own for each rate.',
            key, held.recorded_at));
    END IF;
    RETURN held;
END $$;

-- Whether a rate may be written over the version that is there, if any.
CREATE FUNCTION check_rate(given exchange_rates, held exchange_rates) RETURNS void
LANGUAGE plpgsql
AS $$ BEGIN
    IF given.company_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM companies WHERE tenant_id = current_tenant() AND id = given.company_id) THEN
        PERFORM refuse('company_must_exist', format('There is no company %s.', given.company_id));
    END IF;
    IF given.set_by IS NOT NULL AND NOT EXISTS (
        SELECT FROM persons WHERE tenant_id = current_tenant() AND id = given.set_by) THEN
        PERFORM refuse('person_must_exist', format('There is no person %s.', given.set_by));
    END IF;
    IF held.id IS NOT NULL AND (given.set_by IS NULL OR coalesce(given.reason, '') !~ '\S') THEN
        PERFORM refuse('correction_must_say_who_and_why', format(
            'The %s rate of %s in %s on %s is %s already (%s). To correct it, say who does so and why.',
            held.kind, held.base_currency, held.quote_currency, held.rate_date, trim_scale(held.rate),
            held.source));
    END IF;
END $$;

-- Lets one revaluation of a company at a time begin, until commit, and answers with the one that was
-- made under this key, if any.
CREATE FUNCTION ledger_begin_revaluation(company uuid, hash bytea, key text) RETURNS revaluations
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    held revaluations;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(format('revaluation %s %s', tenant, company), 0));
    SELECT * INTO held FROM revaluations AS r WHERE r.tenant_id = tenant AND r.effect_key = key;
    IF held.content_hash <> hash THEN
        PERFORM refuse('effect_key_must_have_one_content', format(
            'The key %L was first used at %s for another revaluation. Use a key of its own for each.',
            key, held.recorded_at));
    END IF;
    RETURN held;
END $$;

-- Keeps what a revaluation looked at and which entries it made.
CREATE FUNCTION ledger_record_revaluation(head jsonb, hash bytea, lines jsonb) RETURNS revaluations
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    made revaluations;
BEGIN
    INSERT INTO revaluations (tenant_id, company_id, revalued_on, rate_kind, entry_id, reversal_id,
        clean_up_id, effect_key, content_hash)
    SELECT tenant, h.company_id, h.revalued_on, h.rate_kind, h.entry_id, h.reversal_id, h.clean_up_id,
           h.effect_key, hash
    FROM jsonb_populate_record(NULL::revaluations, head) AS h
    RETURNING * INTO made;
    INSERT INTO revaluation_lines (tenant_id, revaluation_id, line, account_id, currency,
        dimension_set_id, amount, carrying, revalued, rate_id, pivot_rate_id)
    SELECT tenant, made.id, l.line, l.account_id, l.currency, l.dimension_set_id, l.amount, l.carrying,
           l.revalued, l.rate_id, l.pivot_rate_id
    FROM jsonb_populate_recordset(NULL::revaluation_lines, lines) AS l;
    RETURN made;
END $$;
