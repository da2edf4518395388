-- Imports: history and opening balances from files, in chunks, by the rules of posting.

-- A file that is or was imported. `position` entries of it are in the book.
CREATE TABLE imports (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    digest text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('opening', 'import', 'journal')),
    entries bigint NOT NULL CHECK (entries > 0),
    position bigint NOT NULL DEFAULT 0 CHECK (position BETWEEN 0 AND entries),
    columns jsonb NOT NULL,
    person_id uuid NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, company_id, digest),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES persons (tenant_id, id)
);

-- Begins the import of a file, or finds it where it stopped.
CREATE FUNCTION ledger_begin_import(company uuid, file_digest text, file_kind text, stated jsonb,
    total bigint, person uuid)
RETURNS imports
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    begun imports;
BEGIN
    PERFORM FROM companies WHERE tenant_id = tenant AND id = company FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('company_must_exist', format('There is no company %s.', company));
    END IF;
    SELECT * INTO begun FROM imports WHERE tenant_id = tenant AND company_id = company AND digest = file_digest;
    IF FOUND THEN
        IF (begun.kind, begun.columns, begun.entries) <> (file_kind, stated, total) THEN
            PERFORM refuse('import_must_stay_as_begun', format(
                'The import of this file was begun at %s as %s with %s entries, with columns of its own. Go on with the same kind and columns.',
                begun.started_at, begun.kind, begun.entries));
        END IF;
        RETURN begun;
    END IF;
    IF total < 1 THEN
        PERFORM refuse('import_must_have_entries', 'The file has no entries. Choose another.');
    END IF;
    IF file_kind = 'journal' AND EXISTS (
        SELECT FROM journal_entries WHERE tenant_id = tenant AND company_id = company) THEN
        PERFORM refuse('company_must_be_empty',
            'A whole journal is imported into a company without entries. Choose or open one.');
    END IF;
    INSERT INTO imports (tenant_id, id, company_id, digest, kind, entries, columns, person_id)
    VALUES (tenant, uuidv7(), company, file_digest, file_kind, total, stated, person) RETURNING * INTO begun;
    RETURN begun;
END $$;

-- Entries of a chunk as columns of equal length, one element an entry, or none where all are null;
-- `counts` are of its postings. `more` has what few entries have: kind, voucher, module, reverses,
-- process, document. An entry without an id is given one.
CREATE FUNCTION imported_entries(company uuid, kind text, ids uuid[], keys text[], days date[],
    narrations text[], parties uuid[], due_dates date[], hashes bytea[], more jsonb[], counts integer[])
RETURNS entry_in[]
LANGUAGE sql VOLATILE
AS $$
    SELECT array_agg(ROW(
        place, 0, coalesce(e.id, counted_id((SELECT uuidv7()), place::integer)),
        e.key, e.hash, company, c.base_currency, e.day,
        coalesce(m->>'kind', kind), coalesce(m->>'voucher', 'journal'), coalesce(m->>'module', 'general'),
        e.narration, (m->>'reverses')::uuid, e.party, e.due_date, (m->>'process')::uuid,
        (m->>'document')::uuid, NULL, NULL, NULL,
        CASE e.postings WHEN 0 THEN '[]' WHEN 1 THEN '[0]' ELSE '[0,0]' END::jsonb
    )::entry_in)
    FROM unnest(ids, keys, days, narrations, parties, due_dates, hashes, more, counts) WITH ORDINALITY
        AS e (id, key, day, narration, party, due_date, hash, m, postings, place)
    CROSS JOIN (SELECT max(base_currency) AS base_currency FROM companies
        WHERE tenant_id = (SELECT current_tenant()) AND id = company) AS c
$$;

-- Postings of a chunk as columns: the place of the entry, the line in it, and the rest.
CREATE FUNCTION imported_postings(entries entry_in[], places integer[], line_numbers integer[], codes text[], currencies text[],
    amounts bigint[], base_amounts bigint[], stated jsonb[]) RETURNS posting_in[]
LANGUAGE sql STABLE SET enable_mergejoin = off
AS $$
    WITH account AS MATERIALIZED (
        SELECT * FROM accounts WHERE tenant_id = (SELECT current_tenant())
            AND company_id = entries[1].company_id AND code = ANY (ARRAY(SELECT DISTINCT unnest(codes)))
    ), known AS MATERIALIZED (
        SELECT id, dimensions FROM dimension_sets WHERE tenant_id = (SELECT current_tenant())
            AND dimensions = ANY (ARRAY(SELECT '{}'::jsonb UNION SELECT d FROM unnest(stated) AS d WHERE d IS NOT NULL))
    )
    SELECT array_agg(ROW(
        p.place, 0, p.line, e.id, e.company_id, e.base_currency, e.entry_date, e.party_id,
        e.due_date, p.code, a.id, a.opened_on, a.closed_on, a.currency, a.is_heading, a.control,
        a.is_limited, a.is_budgeted,
        dimensions_minded(e.kind, a.required_dimensions), dimensions_minded(e.kind, a.forbidden_dimensions),
        slot_of(e.id, a.slots),
        p.amount, p.currency, coalesce(p.base_amount, CASE WHEN p.currency = e.base_currency THEN p.amount END),
        coalesce(p.said, '{}'), CASE WHEN p.said IS NULL THEN (SELECT id FROM known WHERE dimensions = '{}') ELSE d.id END
    )::posting_in)
    FROM unnest(places, line_numbers, codes, currencies, amounts, base_amounts, stated)
        AS p (place, line, code, currency, amount, base_amount, said)
    JOIN (SELECT * FROM unnest(entries)) AS e ON e.ordinal = p.place
    LEFT JOIN account AS a ON a.code = p.code
    LEFT JOIN known AS d ON d.dimensions = p.said
$$;

-- What is wrong with a chunk beside its periods: of an entry (line 0), or of one of its postings.
CREATE FUNCTION chunk_refusals(entries entry_in[], lines posting_in[])
RETURNS TABLE (ordinal integer, line integer, code text, message text)
LANGUAGE plpgsql
AS $$
DECLARE
    said jsonb;
BEGIN
    -- Of each entry the first rule that says no; when there is one, all that its postings break.
    IF NOT (traits_of(entries, lines)).soundness THEN
        SELECT jsonb_object_agg(r.ordinal, jsonb_build_array(r.code, r.message)) INTO said
        FROM refusals(entries, lines) AS r;
        RETURN QUERY
        SELECT l.ordinal, l.line, posting_refusal(l), refusal_in_words(posting_refusal(l), NULL, l, NULL, NULL)
        FROM unnest(lines) AS l WHERE said ? l.ordinal::text AND posting_refusal(l) IS NOT NULL;
        RETURN QUERY
        SELECT s.key::integer, 0, s.value->>0, s.value->>1 FROM jsonb_each(said) AS s
        LEFT JOIN (SELECT DISTINCT l.ordinal::text AS key, posting_refusal(l) AS code
            FROM unnest(lines) AS l WHERE said ? l.ordinal::text) AS told
            ON told.key = s.key AND told.code = s.value->>0
        WHERE told.key IS NULL;
    END IF;
    RETURN QUERY
    SELECT e.ordinal, 0, 'effect_key_must_have_one_content', format(
        'The key %L is used by an entry that was recorded at %s. Leave it out of the file.', e.key, j.recorded_at)
    FROM journal_entries AS j JOIN unnest(entries) AS e ON e.key = j.effect_key
    WHERE j.tenant_id = current_tenant() AND j.effect_key = ANY (ARRAY(SELECT u.key FROM unnest(entries) AS u));
END $$;

-- Everything that is wrong with a chunk.
CREATE FUNCTION import_refusals(entries entry_in[], lines posting_in[])
RETURNS TABLE (ordinal integer, line integer, code text, message text)
LANGUAGE plpgsql
AS $$ BEGIN
    RETURN QUERY SELECT p.ordinal, 0, p.code, p.message FROM hold_periods(entries) AS p;
    RETURN QUERY SELECT * FROM chunk_refusals(entries, lines);
END $$;

-- The first entry of a chunk that is refused, as posting refuses it.
CREATE FUNCTION refuse_import(entries entry_in[], lines posting_in[], has traits) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    said record;
BEGIN
    -- Before anything else is read, so that a period cannot be locked meanwhile.
    SELECT p.code, p.message INTO said FROM hold_periods(entries) AS p ORDER BY p.ordinal LIMIT 1;
    IF NOT FOUND AND NOT has.soundness THEN
        SELECT r.code, r.message INTO said FROM refusals(entries, lines) AS r ORDER BY r.ordinal LIMIT 1;
    END IF;
    IF said.code IS NOT NULL THEN
        PERFORM refuse(said.code, said.message);
    END IF;
END $$;

-- What would be refused of a chunk. Changes nothing.
CREATE FUNCTION ledger_preview_import(company uuid, kind text, ids uuid[], keys text[], days date[],
    narrations text[], parties uuid[], due_dates date[], hashes bytea[], more jsonb[], counts integer[],
    places integer[], line_numbers integer[], codes text[], currencies text[], amounts bigint[], base_amounts bigint[], dimensions jsonb[])
RETURNS TABLE (ordinal integer, line integer, code text, message text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off
AS $$
DECLARE
    entries constant entry_in[] := imported_entries(
        company, kind, ids, keys, days, narrations, parties, due_dates, hashes, more, counts);
BEGIN
    RETURN QUERY SELECT * FROM import_refusals(entries, imported_postings(
        entries, places, line_numbers, codes, currencies, amounts, base_amounts, dimensions));
END $$;

-- Posts the chunk of an import that begins after `since` entries, all of it or nothing, and says how
-- many entries of the file are in the book. A chunk that is in the book already changes nothing.
CREATE FUNCTION ledger_import(import uuid, since bigint, ids uuid[], keys text[], days date[],
    narrations text[], parties uuid[], due_dates date[], hashes bytea[], more jsonb[], counts integer[],
    places integer[], line_numbers integer[], codes text[], currencies text[], amounts bigint[], base_amounts bigint[], dimensions jsonb[])
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    begun imports;
    entries entry_in[];
    lines posting_in[];
    has traits;
    broken text;
BEGIN
    SELECT * INTO begun FROM imports WHERE tenant_id = tenant AND id = import FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse('import_must_exist', format('There is no import %s. Begin it first.', import));
    END IF;
    IF begun.position <> since THEN
        RETURN begun.position;
    END IF;
    entries := imported_entries(begun.company_id, begun.kind, ids, keys, days, narrations, parties,
        due_dates, hashes, more, counts);
    lines := imported_postings(entries, places, line_numbers, codes, currencies, amounts, base_amounts, dimensions);
    has := traits_of(entries, lines);
    PERFORM refuse_import(entries, lines, has);
    BEGIN
        PERFORM write_entries(entries, lines, has);
    EXCEPTION
        WHEN numeric_value_out_of_range THEN
            PERFORM refuse('balance_out_of_range', too_large(narrations[1]));
        WHEN unique_violation THEN
            GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
            IF broken <> 'journal_entries_tenant_id_effect_key_key' THEN
                RAISE;
            END IF;
            PERFORM refuse('effect_key_must_have_one_content',
                'An entry of this chunk has a key that the book has already. Preview the file: it says which.');
    END;
    PERFORM keep_numbers(begun.company_id, entries, more);
    UPDATE imports SET position = position + cardinality(keys) WHERE tenant_id = tenant AND id = import;
    RETURN begun.position + cardinality(keys);
END $$;

-- Keeps the voucher numbers that entries of a whole journal had, and counts on from them.
CREATE FUNCTION keep_numbers(company uuid, entries entry_in[], more jsonb[]) RETURNS void
LANGUAGE plpgsql
AS $$ BEGIN
    WITH numbered AS (
        INSERT INTO voucher_numbers (tenant_id, entry_id, company_id, series, fiscal_year, sequence, number)
        SELECT current_tenant(), e.id, company, m->>'series', m->>'fiscal_year', (m->>'sequence')::bigint, m->>'number'
        FROM unnest(more) WITH ORDINALITY AS t (m, place) JOIN unnest(entries) AS e ON e.ordinal = place
        WHERE m ? 'number' RETURNING series, fiscal_year, sequence
    )
    INSERT INTO number_series AS s (tenant_id, company_id, series, fiscal_year, last_sequence)
    SELECT current_tenant(), company, n.series, n.fiscal_year, max(n.sequence) FROM numbered AS n
    GROUP BY n.series, n.fiscal_year
    ON CONFLICT (tenant_id, company_id, series, fiscal_year)
        DO UPDATE SET last_sequence = greatest(s.last_sequence, excluded.last_sequence);
END $$;

-- The preview of an import for whoever may only read: nothing is held, so what it lets pass is asked
-- again when it is posted.
CREATE FUNCTION ledger_look_at_import(company uuid, kind text, ids uuid[], keys text[], days date[],
    narrations text[], parties uuid[], due_dates date[], hashes bytea[], more jsonb[], counts integer[],
    places integer[], line_numbers integer[], codes text[], currencies text[], amounts bigint[], base_amounts bigint[], dimensions jsonb[])
RETURNS TABLE (ordinal integer, line integer, code text, message text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off
AS $$
DECLARE
    entries constant entry_in[] := imported_entries(
        company, kind, ids, keys, days, narrations, parties, due_dates, hashes, more, counts);
BEGIN
    RETURN QUERY SELECT p.ordinal, 0, p.code, p.message FROM refused_by_periods(entries) AS p;
    RETURN QUERY SELECT * FROM chunk_refusals(entries, imported_postings(
        entries, places, line_numbers, codes, currencies, amounts, base_amounts, dimensions));
END $$;
GRANT EXECUTE ON FUNCTION ledger_look_at_import(uuid, text, uuid[], text[], date[], text[], uuid[], date[],
    bytea[], jsonb[], integer[], integer[], integer[], text[], text[], bigint[], bigint[], jsonb[])
    TO kontor_reader;
