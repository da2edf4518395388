-- The tables of entries and what they add up to, once more: the same columns, keys, indexes and
-- triggers, in a schema where a plain COPY may write.

CREATE SCHEMA copy_floor;
DO $$
DECLARE
    own constant text[] := '{journal_entries,postings,balances,day_movements}';
    name text;
    stated record;
BEGIN
    FOREACH name IN ARRAY own LOOP
        EXECUTE format('CREATE TABLE copy_floor.%I (LIKE public.%I INCLUDING ALL)', name, name);
    END LOOP;
    CREATE TEMP TABLE taken ON COMMIT DROP AS
    SELECT format('ALTER TABLE %I ADD %s', c.relname, pg_get_constraintdef(k.oid)) AS statement
    FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (own) AND k.contype = 'f'
    UNION ALL
    SELECT pg_get_triggerdef(t.oid, true)
    FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (own) AND NOT t.tgisinternal;
    PERFORM set_config('search_path', 'copy_floor, public, pg_temp', true);
    FOR stated IN SELECT statement FROM taken LOOP
        EXECUTE stated.statement;
    END LOOP;
END $$;
