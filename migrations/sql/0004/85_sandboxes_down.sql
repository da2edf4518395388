-- Sandboxes that were made stay tenants; what was archived keeps its logins switched off.

CREATE OR REPLACE FUNCTION only_tenant() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT min(id::text)::uuid FROM tenants HAVING count(*) = 1 $$;

DROP FUNCTION sandboxes_made(), sandbox_begin(uuid, text, boolean), sandbox_archive(uuid),
    sandbox_let_in(text, uuid);
ALTER TABLE tenants DROP COLUMN successor, DROP COLUMN archived_at, DROP COLUMN additional,
    DROP COLUMN origin;
