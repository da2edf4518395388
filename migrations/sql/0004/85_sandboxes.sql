-- Sandbox tenants that a process makes, and archives when they are reset. The application writes no
-- tenant: these functions do, of a sandbox alone, and ten a day for each family of tenants.

ALTER TABLE tenants
    -- The tenant at the machine from which this one descends: the family that the day's limit is of.
    ADD COLUMN origin uuid REFERENCES tenants,
    -- Made beside the one in which it was asked for, not in place of it.
    ADD COLUMN additional boolean NOT NULL DEFAULT false,
    ADD COLUMN archived_at timestamptz,
    ADD COLUMN successor uuid REFERENCES tenants,
    ADD CONSTRAINT live_tenant_descends_from_none
        CHECK (NOT livemode OR (origin IS NULL AND NOT additional AND archived_at IS NULL)),
    ADD CONSTRAINT archived_tenant_has_a_successor CHECK ((archived_at IS NULL) = (successor IS NULL));

-- How many the family of this tenant has got within a day of the real clock.
CREATE FUNCTION sandboxes_made() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT count(*)::integer FROM tenants made, tenants here
    WHERE here.id = current_tenant() AND made.origin = coalesce(here.origin, here.id)
      AND made.created_at > now() - interval '1 day'
$$;

CREATE FUNCTION sandbox_begin(fresh uuid, title text, beside boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    here tenants;
BEGIN
    SELECT * INTO here FROM tenants WHERE id = current_tenant();
    IF here.livemode IS NOT false THEN
        PERFORM refuse('tenant_must_be_a_sandbox', 'Only a sandbox makes sandboxes.');
    END IF;
    -- One at a time in a family: two who each see nine must not both make one.
    PERFORM pg_advisory_xact_lock(hashtextextended('sandboxes/' || coalesce(here.origin, here.id), 0));
    IF sandboxes_made() >= 10 THEN
        PERFORM refuse('sandboxes_must_be_ten_a_day_at_most',
            'Ten sandboxes were made within a day. Use one of them, or ask again tomorrow.');
    END IF;
    INSERT INTO tenants (id, name, livemode, time_zone, fiscal_year_starts_in, language, origin, additional)
    VALUES (fresh, title, false, here.time_zone, here.fiscal_year_starts_in, here.language,
        coalesce(here.origin, here.id), beside OR here.additional);
END $$;

-- This tenant comes to rest, and its logins with it; the fresh one takes its place.
CREATE FUNCTION sandbox_archive(fresh uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE tenants t SET archived_at = now(), successor = fresh
    FROM tenants f
    WHERE t.id = current_tenant() AND NOT t.livemode AND t.archived_at IS NULL
      AND f.id = fresh AND f.created_at = now() AND f.origin = coalesce(t.origin, t.id);
    IF NOT FOUND THEN
        PERFORM refuse('sandbox_must_be_in_use', 'This tenant was reset already, or is no sandbox.');
    END IF;
    UPDATE users SET active = false WHERE tenant_id = current_tenant() AND active;
END $$;

-- Passwords in a sandbox that this very transaction makes: of who has one under the same login in the
-- tenant whose place it is to take, hers; the others get the one that is given.
CREATE FUNCTION sandbox_let_in(given text, before uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    made tenants;
    known jsonb := '{}';
BEGIN
    SELECT * INTO made FROM tenants
    WHERE id = current_tenant() AND NOT livemode AND origin IS NOT NULL AND created_at = now();
    IF NOT FOUND THEN
        PERFORM refuse('sandbox_must_be_new', 'Passwords are given in a sandbox that is being made.');
    END IF;
    IF before IS NOT NULL THEN
        PERFORM FROM tenants WHERE id = before AND NOT livemode AND archived_at IS NULL
            AND coalesce(origin, id) = made.origin;
        IF NOT FOUND THEN
            PERFORM refuse('sandbox_must_be_in_use', 'Passwords are kept of a sandbox in use.');
        END IF;
        -- The rows of another tenant are seen as that tenant alone.
        PERFORM set_config('kontor.tenant', before::text, true);
        SELECT coalesce(jsonb_object_agg(u.login, p.hash), '{}') INTO known
        FROM users u JOIN passwords p ON p.tenant_id = u.tenant_id AND p.user_id = u.id
        WHERE u.tenant_id = before AND u.active;
        PERFORM set_config('kontor.tenant', made.id::text, true);
    END IF;
    INSERT INTO passwords (tenant_id, user_id, hash)
    SELECT u.tenant_id, u.id, coalesce(known ->> u.login, given) FROM users u
    WHERE u.tenant_id = made.id;
END $$;

-- Whoever signs in without naming a tenant means the one at the machine, or what took its place.
CREATE OR REPLACE FUNCTION only_tenant() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT min(id::text)::uuid FROM tenants
    WHERE archived_at IS NULL AND NOT additional HAVING count(*) = 1
$$;

REVOKE ALL ON FUNCTION sandboxes_made(), sandbox_begin(uuid, text, boolean), sandbox_archive(uuid),
    sandbox_let_in(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sandboxes_made() TO kontor_app, kontor_reader;
GRANT EXECUTE ON FUNCTION sandbox_begin(uuid, text, boolean), sandbox_archive(uuid),
    sandbox_let_in(text, uuid) TO kontor_app;
