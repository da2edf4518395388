-- The audit log, sealed like the book: in the order of commits, by batch, chained and signed.
--
-- A batch is every line behind the last one of the batch before, up to its own last line; so a line
-- that is changed, taken out or put in gives another root, and no list of members is needed.

CREATE TABLE audit_seals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    batch bigint NOT NULL CHECK (batch = (head::jsonb->>'batch')::bigint),
    head text NOT NULL,
    signature bytea NOT NULL CHECK (length(signature) = 64),
    public_key bytea NOT NULL CHECK (length(public_key) = 32),
    PRIMARY KEY (tenant_id, batch)
);
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Lines as they are sealed: canonical JSON, form 1, facts as PostgreSQL writes jsonb.
CREATE FUNCTION audit_leaves(behind xid8, behind_line uuid, upto xid8, upto_line uuid)
RETURNS TABLE (line_id uuid, line_transaction xid8, content text, leaf bytea)
LANGUAGE sql STABLE SET enable_seqscan = off
AS $$
    SELECT id, transaction_id, content, sha256('\x00'::bytea || convert_to(content, 'UTF8'))
    FROM (
        SELECT id, transaction_id, concat(
            '{"at":"', to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            '","facts":', facts, ',"id":"', id, '","kind":', to_json(kind),
            ',"subject":', coalesce(to_json(subject)::text, 'null'), ',"tenant":"', tenant_id,
            '","transaction":"', transaction_id,
            '","user":', coalesce('"' || user_id || '"', 'null'), '}') AS content
        FROM audit_log
        WHERE tenant_id = (SELECT current_tenant())
          AND (transaction_id, id) > (behind, behind_line)
          AND (transaction_id, id) <= (upto, upto_line)
    ) AS line ORDER BY transaction_id, id
$$;

-- The head of the next batch, to end with a line, as it is to be signed.
CREATE FUNCTION audit_seal_head(signer bytea, upto xid8, upto_line uuid) RETURNS text
LANGUAGE sql STABLE
AS $$
    WITH last AS (
        SELECT head, head::jsonb AS told FROM audit_seals
        WHERE tenant_id = (SELECT current_tenant()) ORDER BY batch DESC LIMIT 1
    ), member AS (
        SELECT count(*) AS lines, array_agg(leaf ORDER BY line_transaction, line_id) AS leaves
        FROM audit_leaves(
            coalesce((SELECT (told->>'last_transaction')::xid8 FROM last), '0'),
            coalesce((SELECT (told->>'last_line')::uuid FROM last),
                     '00000000-0000-0000-0000-000000000000'), upto, upto_line)
    )
    SELECT row_to_json(q)::text FROM (
        SELECT coalesce((told->>'batch')::bigint, 0) + 1 AS batch, 1 AS form,
               encode(sha256(signer), 'hex') AS key, upto_line AS last_line,
               upto::text AS last_transaction, m.lines,
               coalesce((told->>'lines_total')::bigint, 0) + m.lines AS lines_total,
               encode(coalesce(sha256(convert_to(head, 'UTF8')), decode(repeat('00', 32), 'hex')),
                      'hex') AS previous,
               encode(merkle_root(m.leaves), 'hex') AS root,
               greatest(to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                        told->>'sealed_at') AS sealed_at,
               current_tenant() AS tenant
        FROM member AS m LEFT JOIN last ON true WHERE m.lines > 0
    ) AS q
$$;

-- The head to be signed of at most so many lines that are due, and the last of them: of transactions that had all ended when this one
-- looked, so whoever commits late is met by a later batch. One sealer at a time.
CREATE FUNCTION audit_draft_seal(
    most integer, public_key bytea, OUT upto xid8, OUT upto_line uuid, OUT head text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off
AS $$
DECLARE
    told jsonb;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit seal/' || current_tenant(), 0));
    SELECT s.head::jsonb INTO told FROM audit_seals AS s
    WHERE tenant_id = current_tenant() ORDER BY batch DESC LIMIT 1;
    SELECT transaction_id, id INTO upto, upto_line
    FROM (
        SELECT transaction_id, id FROM audit_log
        WHERE tenant_id = current_tenant()
          AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
          AND (told IS NULL OR (transaction_id, id)
               > ((told->>'last_transaction')::xid8, (told->>'last_line')::uuid))
        ORDER BY transaction_id, id LIMIT most
    ) AS due ORDER BY transaction_id DESC, id DESC LIMIT 1;
    head := CASE WHEN upto IS NOT NULL THEN audit_seal_head(public_key, upto, upto_line) END;
END $$;

-- Keeps a head that was signed in the same transaction: it is made here again, never taken as told.
CREATE FUNCTION audit_seal(public_key bytea, upto xid8, upto_line uuid, signature bytea)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    INSERT INTO audit_seals (tenant_id, batch, head, signature, public_key)
    SELECT current_tenant(), (head::jsonb->>'batch')::bigint, head, signature, public_key
    FROM audit_seal_head(public_key, upto, upto_line) AS head
    RETURNING batch
$$;

GRANT EXECUTE ON FUNCTION audit_leaves(xid8, uuid, xid8, uuid) TO kontor_app, kontor_reader;
GRANT EXECUTE ON FUNCTION audit_draft_seal(integer, bytea), audit_seal(bytea, xid8, uuid, bytea)
    TO kontor_app;
