-- What the planner must know before it has seen a row: the tenant alone selects nothing.
--
-- Every index starts with the tenant, so without statistics any of them looks as good as the one
-- that also has the key, and a plan made while a table is new walks all of a tenant's rows. The
-- first ANALYZE replaces this with what it finds.

DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT c.table_name FROM information_schema.columns c
        JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = 'public' AND c.column_name = 'tenant_id' AND t.table_type = 'BASE TABLE'
    LOOP
        PERFORM pg_restore_attribute_stats(
            'schemaname', 'public', 'relname', name, 'attname', 'tenant_id', 'inherited', false,
            'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 1::real);
    END LOOP;
END $$;
