-- What a revision added: row-level security, grants, and what the planner must know. Every revision
-- that adds tables or functions calls it last.

CREATE PROCEDURE guard_what_is_new()
LANGUAGE plpgsql
AS $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT c.relname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT c.relrowsecurity
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT current_tenant()))
             WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
        EXECUTE format('GRANT SELECT ON %I TO kontor_app, kontor_reader', name);
        -- As in the first revision: a tenant alone selects nothing.
        PERFORM pg_restore_attribute_stats(
            'schemaname', 'public', 'relname', name, 'attname', 'tenant_id', 'inherited', false,
            'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 1::real);
    END LOOP;
    -- Of the owner's functions the ledger_ ones are the application's; the rest are theirs.
    FOR name IN
        SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', name);
    END LOOP;
    FOR name IN
        SELECT oid::regprocedure::text FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'ledger\_%' AND prosecdef
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO kontor_app', name);
    END LOOP;
END $$;
CALL guard_what_is_new();
