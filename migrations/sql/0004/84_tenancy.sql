-- Of which branch a process is, and at which a role or a limit counts. A branch is named by its code,
-- which never changes; without one a role or limit counts at every branch.

ALTER TABLE processes ADD COLUMN branch text,
    ADD FOREIGN KEY (tenant_id, branch) REFERENCES branches (tenant_id, code);
CREATE INDEX processes_branch ON processes (tenant_id, branch, created_at) WHERE branch IS NOT NULL;

ALTER TABLE role_grants ADD COLUMN branch text,
    ADD FOREIGN KEY (tenant_id, branch) REFERENCES branches (tenant_id, code),
    ADD CONSTRAINT role_of_the_tenant_is_of_all_branches
        CHECK (branch IS NULL OR role NOT IN ('owner', 'admin', 'auditor', 'engineer'));

ALTER TABLE approval_limits ADD COLUMN branch text,
    ADD FOREIGN KEY (tenant_id, branch) REFERENCES branches (tenant_id, code);

-- Companies are written by a process; the code and the currency of a book stay.
ALTER TABLE companies ADD COLUMN pan text;
GRANT INSERT, UPDATE (name, gstin, pan, bank_account) ON companies TO kontor_app;

-- The first owners of a tenant are invited before there is any process.
ALTER TABLE invitations ALTER COLUMN process_id DROP NOT NULL;

-- Ends what is open of a login. The application reads no invitation, so it asks by a function.
CREATE FUNCTION end_invitations("user" uuid) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH ended AS (
        UPDATE invitations SET expires_at = now()
        WHERE tenant_id = current_tenant() AND user_id = "user" AND used_at IS NULL
          AND expires_at > now()
        RETURNING 1
    )
    SELECT count(*)::integer FROM ended
$$;
REVOKE ALL ON FUNCTION end_invitations(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION end_invitations(uuid) TO kontor_app;

-- What a tenant is called and in which language it is spoken to: by a process, and nothing else of it.
ALTER TABLE tenants ADD COLUMN language text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'hi'));
CREATE POLICY own_settings ON tenants FOR UPDATE TO kontor_app
    USING (id = (SELECT current_tenant())) WITH CHECK (id = (SELECT current_tenant()));
GRANT UPDATE (name, language) ON tenants TO kontor_app;
