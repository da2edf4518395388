-- How far the watcher has come in its rounds, and starts that no process was opened for.

CREATE TABLE watch_rounds (
    tenant_id uuid NOT NULL REFERENCES tenants,
    name text NOT NULL CHECK (name IN ('processes', 'starts')),
    -- The last that was looked at; the next turn goes on behind it.
    reached uuid NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

-- A workflow that breaks before its first step has no process to hang an exception on.
CREATE TABLE unopened_processes (
    tenant_id uuid NOT NULL REFERENCES tenants,
    process_id uuid NOT NULL,
    workflow_id text NOT NULL,
    step text NOT NULL,
    attempt integer NOT NULL,
    cause text NOT NULL,
    message text NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    moved_at timestamptz,
    PRIMARY KEY (tenant_id, process_id)
);
CREATE INDEX unopened_processes_seen_at ON unopened_processes (tenant_id, seen_at, process_id);

-- The keys themselves, with what was answered, are the edge's; of them the watcher learns this.
CREATE FUNCTION starts_without_process()
RETURNS TABLE (process_id uuid, workflow_id text, started_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT k.subject_id, k.headers->>'workflow_id', k.first_seen_at
    FROM idempotency_keys k
    WHERE k.tenant_id = (SELECT current_tenant()) AND k.request_hash <> ''
      AND k.headers ? 'workflow_id'
      -- Ids sort by time: older starts that broke are known by now.
      AND k.subject_id > uuidv7(interval '-30 days')
      AND k.first_seen_at < clock_timestamp() - interval '5 seconds'
      AND NOT EXISTS (SELECT FROM processes p
                      WHERE p.tenant_id = k.tenant_id AND p.id = k.subject_id)
$$;
REVOKE ALL ON FUNCTION starts_without_process() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION starts_without_process() TO kontor_app;
GRANT INSERT, UPDATE ON watch_rounds, unopened_processes TO kontor_app;
