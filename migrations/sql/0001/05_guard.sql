-- Who may do what: logins, grants, and row-level security forced on every tenant table.

DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT c.table_name FROM information_schema.columns c
        JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = 'public' AND c.column_name = 'tenant_id' AND t.table_type = 'BASE TABLE'
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT current_tenant()))
             WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
    END LOOP;
END $$;

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tenants FOR SELECT USING (id = (SELECT current_tenant()));
CREATE POLICY registry ON tenants TO kontor_owner USING (true) WITH CHECK (true);

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON FUNCTION current_tenant(), business_now(), business_today(), fiscal_year_of(date)
    TO kontor_app, kontor_reader, kontor_edge;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO kontor_app, kontor_reader;
REVOKE SELECT ON idempotency_keys FROM kontor_app, kontor_reader;

GRANT INSERT, UPDATE ON processes, documents, tasks, exceptions, partner_calls TO kontor_app;
GRANT INSERT, DELETE ON document_keys TO kontor_app;
GRANT INSERT ON decisions, effects, evidence, events, definitions, archived_histories TO kontor_app;
GRANT EXECUTE ON FUNCTION
    refuse(text, text, jsonb), refuse_change(), tenant_ids(), ledger_post(jsonb, boolean),
    ledger_reverse(uuid, date, text, text, uuid)
    TO kontor_app;

GRANT SELECT, INSERT, UPDATE ON idempotency_keys TO kontor_edge;
