-- Looking at an import that stands in a document, with the rights of a reader.

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

CREATE OR REPLACE FUNCTION import_refusals(entries entry_in[], lines posting_in[])
RETURNS TABLE (ordinal integer, line integer, code text, message text)
LANGUAGE plpgsql
AS $$ BEGIN
    RETURN QUERY SELECT p.ordinal, 0, p.code, p.message FROM hold_periods(entries) AS p;
    RETURN QUERY SELECT * FROM chunk_refusals(entries, lines);
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
