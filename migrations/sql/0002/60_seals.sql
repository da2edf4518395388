-- Tamper evidence: entries sealed in batches after they were posted, and what checks of the book found.
--
-- One chain per tenant: row-level security lets a sealer see that much and no more, it is what an
-- export hands over, and an entry moved from one company to another breaks it too.

-- Public halves of the keys that signed, named by their SHA-256.
CREATE TABLE seal_keys (
    tenant_id uuid NOT NULL REFERENCES tenants,
    key text NOT NULL CHECK (key = encode(sha256(public_key), 'hex')),
    public_key bytea NOT NULL CHECK (length(public_key) = 32),
    PRIMARY KEY (tenant_id, key)
);

-- The head is what was signed, canonical JSON; nothing in it is told a second time beside it.
CREATE TABLE seal_batches (
    tenant_id uuid NOT NULL REFERENCES tenants,
    batch bigint NOT NULL CHECK (batch = (head::jsonb->>'batch')::bigint),
    head text NOT NULL,
    signature bytea NOT NULL CHECK (length(signature) = 64),
    PRIMARY KEY (tenant_id, batch)
);

-- Members are written before their batch is signed; without it they do not outlive the transaction.
CREATE TABLE seal_members (
    tenant_id uuid NOT NULL REFERENCES tenants,
    entry_id uuid NOT NULL,
    batch bigint NOT NULL,
    place integer NOT NULL,
    postings integer NOT NULL,
    leaf bytea NOT NULL,
    PRIMARY KEY (tenant_id, entry_id),
    UNIQUE (tenant_id, batch, place),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES journal_entries (tenant_id, id),
    FOREIGN KEY (tenant_id, batch) REFERENCES seal_batches (tenant_id, batch)
        DEFERRABLE INITIALLY DEFERRED
);

-- What a check of the book found; of the whole tenant's seals when there is no company.
CREATE TABLE ledger_checks (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    company_id uuid,
    effect_key text NOT NULL,
    checked_at timestamptz NOT NULL,
    milliseconds bigint NOT NULL,
    entries bigint NOT NULL,
    postings bigint NOT NULL,
    difference text,
    checks jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, effect_key),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id)
);

CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON seal_keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON seal_batches
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON seal_members
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Entries as they are sealed: canonical JSON (names in the order of code points, no spaces), form 1.
-- Accounts by id and kind, since a code may be renamed; dimensions by content; times in UTC. Warnings
-- are no part of it. A form is never changed: what needs to be said beyond this is said in form 2.
-- Runs with the caller's rights: whoever may read the book may recompute its leaves. Looked up by
-- array and joined by hash, since a plan of loops over ten thousand entries would cost their square.
CREATE FUNCTION entry_leaves(ids uuid[])
RETURNS TABLE (entry_id uuid, postings integer, content text, leaf bytea)
LANGUAGE sql STABLE SET DateStyle = 'ISO, YMD' SET enable_nestloop = off SET jit = off
AS $$
    WITH line AS MATERIALIZED (
        SELECT p.entry_id, p.line, p.account_id, p.dimension_set_id, p.amount, p.base_amount, p.currency,
               p.entry_date
        FROM postings AS p WHERE p.tenant_id = (SELECT current_tenant()) AND p.entry_id = ANY (ids)
    ), dimension_set AS MATERIALIZED (
        SELECT d.id, coalesce('{' || (
                   SELECT string_agg(to_json(key)::text || ':' || value::text, ',' ORDER BY key COLLATE "C")
                   FROM jsonb_each(d.dimensions)) || '}', '{}') AS content
        FROM dimension_sets AS d WHERE d.tenant_id = (SELECT current_tenant())
          AND d.id = ANY (ARRAY(SELECT DISTINCT dimension_set_id FROM line))
    ), side AS (
        SELECT l.entry_id, count(*)::integer AS postings, string_agg(
            concat('{"account":', l.account_id, ',"account_kind":', coalesce(to_json(a.kind)::text, 'null'),
                   ',"amount":', l.amount, ',"base_amount":', l.base_amount,
                   ',"currency":', to_json(l.currency), ',"dimensions":', coalesce(d.content, 'null'),
                   ',"entry_date":"', l.entry_date, '","line":', l.line, '}'),
            ',' ORDER BY l.line) AS content
        FROM line AS l
        LEFT JOIN accounts AS a ON a.tenant_id = (SELECT current_tenant()) AND a.id = l.account_id
        LEFT JOIN dimension_set AS d ON d.id = l.dimension_set_id
        GROUP BY l.entry_id
    ), number AS (
        SELECT v.entry_id, to_json(v.fiscal_year) AS fiscal_year, to_json(v.number) AS number, v.sequence,
               to_json(v.series) AS series
        FROM voucher_numbers AS v WHERE v.tenant_id = (SELECT current_tenant()) AND v.entry_id = ANY (ids)
    ), entry AS (
        SELECT e.id, coalesce(s.postings, 0) AS postings, concat(
            '{"company":"', e.company_id, '","content_hash":"', encode(e.content_hash, 'hex'),
            '","document":', coalesce('"' || e.document_id || '"', 'null'),
            ',"due_date":', coalesce('"' || e.due_date || '"', 'null'),
            ',"effect_key":', to_json(e.effect_key),
            ',"entry_date":"', e.entry_date,
            '","fiscal_year":', coalesce(n.fiscal_year::text, 'null'), ',"id":"', e.id,
            '","kind":', to_json(e.kind), ',"module":', to_json(e.module),
            ',"narration":', to_json(e.narration), ',"number":', coalesce(n.number::text, 'null'),
            ',"party":', coalesce('"' || e.party_id || '"', 'null'), ',"postings":[', s.content,
            '],"process":', coalesce('"' || e.process_id || '"', 'null'),
            ',"recorded_at":"', to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            '","reverses":', coalesce('"' || e.reverses || '"', 'null'),
            ',"sequence":', coalesce(n.sequence::text, 'null'),
            ',"series":', coalesce(n.series::text, 'null'), ',"tenant":"', e.tenant_id,
            '","transaction":"', e.transaction_id, '","voucher":', to_json(e.voucher), '}') AS content
        FROM journal_entries AS e
        LEFT JOIN side AS s ON s.entry_id = e.id
        LEFT JOIN number AS n ON n.entry_id = e.id
        WHERE e.tenant_id = (SELECT current_tenant()) AND e.id = ANY (ids)
    )
    SELECT id, postings, content, sha256('\x00'::bytea || convert_to(content, 'UTF8'))
    FROM entry JOIN unnest(ids) WITH ORDINALITY AS wanted (id, place) USING (id) ORDER BY place
$$;
REVOKE ALL ON FUNCTION entry_leaves(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION entry_leaves(uuid[]) TO kontor_app, kontor_reader;

-- The Merkle tree hash of RFC 6962, section 2.1: the odd node of a level goes up as it is.
CREATE FUNCTION merkle_root(leaves bytea[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    level bytea[] := leaves;
BEGIN
    WHILE cardinality(level) > 1 LOOP
        level := (
            SELECT array_agg(node ORDER BY place)
            FROM (
                SELECT (ordinality - 1) / 2 AS place,
                       CASE count(*) WHEN 1 THEN string_agg(node, '') ELSE
                           sha256('\x01'::bytea || string_agg(node, '' ORDER BY ordinality)) END AS node
                FROM unnest(level) WITH ORDINALITY AS below (node, ordinality) GROUP BY 1
            ) AS above);
    END LOOP;
    RETURN level[1];
END $$;

-- The head of a batch whose members are there, as it is to be signed.
CREATE FUNCTION seal_head(number bigint, signer bytea) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT row_to_json(q)::text
    FROM (
        SELECT number AS batch, m.entries, coalesce((b.head::jsonb->>'entries_total')::bigint, 0) + m.entries
                   AS entries_total,
               1 AS form, encode(sha256(signer), 'hex') AS key, e.id AS last_entry,
               e.transaction_id::text AS last_transaction, m.postings,
               coalesce((b.head::jsonb->>'postings_total')::bigint, 0) + m.postings AS postings_total,
               encode(coalesce(sha256(convert_to(b.head, 'UTF8')), decode(repeat('00', 32), 'hex')), 'hex')
                   AS previous,
               encode(merkle_root(m.leaves), 'hex') AS root,
               -- Never before the last: who waited for another sealer began earlier, and clocks go back.
               greatest(to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                        b.head::jsonb->>'sealed_at') AS sealed_at,
               current_tenant() AS tenant
        FROM (
            SELECT count(*) AS entries, sum(postings) AS postings, array_agg(leaf ORDER BY place) AS leaves,
                   (array_agg(entry_id ORDER BY place DESC))[1] AS last_entry
            FROM seal_members WHERE tenant_id = (SELECT current_tenant()) AND batch = number
        ) AS m
        JOIN journal_entries AS e ON e.tenant_id = (SELECT current_tenant()) AND e.id = m.last_entry
        LEFT JOIN seal_batches AS b ON b.tenant_id = (SELECT current_tenant()) AND b.batch = number - 1
    ) AS q
$$;

-- Takes up to `most` entries into the next batch and answers with the head to be signed; null when
-- nothing is due. Due is what transactions wrote that had all ended when this one looked: below the
-- oldest one still running nothing can be added any more, so whoever commits late is met by a later
-- batch, and none is passed over.
CREATE FUNCTION ledger_draft_seal(most integer, public_key bytea) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET jit = off
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    last jsonb;
    horizon xid8;
    due uuid[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('seal/' || tenant, 0));
    SELECT head::jsonb INTO last FROM seal_batches WHERE tenant_id = tenant ORDER BY batch DESC LIMIT 1;
    horizon := pg_snapshot_xmin(pg_current_snapshot());
    IF horizon <= (last->>'last_transaction')::xid8 THEN
        PERFORM refuse('transactions_must_go_on', format(
            'The last sealed entry is of transaction %s, but this server counts only to %s: it was restored '
            'from a dump. Stop posting and set its counter beyond that with pg_resetwal --next-transaction-id '
            'and --epoch.', last->>'last_transaction', horizon));
    END IF;
    SELECT array_agg(id ORDER BY transaction_id, id) INTO due
    FROM (
        SELECT id, transaction_id FROM journal_entries
        WHERE tenant_id = tenant AND transaction_id < horizon AND (last IS NULL
            OR (transaction_id, id) > ((last->>'last_transaction')::xid8, (last->>'last_entry')::uuid))
          AND transaction_id >= coalesce((last->>'last_transaction')::xid8, '0')
        ORDER BY transaction_id, id LIMIT most
    ) AS entry;
    IF due IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO seal_members (tenant_id, entry_id, batch, place, postings, leaf)
    SELECT tenant, entry_id, coalesce((last->>'batch')::bigint, 0) + 1, row_number() OVER (), postings, leaf
    FROM entry_leaves(due);
    RETURN seal_head(coalesce((last->>'batch')::bigint, 0) + 1, public_key);
END $$;

-- Signs what was drafted in the same transaction.
CREATE FUNCTION ledger_seal(public_key bytea, signature bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    number constant bigint := 1 + coalesce((SELECT max(batch) FROM seal_batches WHERE tenant_id = tenant), 0);
    head constant text := seal_head(number, public_key);
BEGIN
    IF head IS NULL THEN
        PERFORM refuse('seal_must_be_drafted', format('Batch %s has no entries. Draft it first.', number));
    END IF;
    INSERT INTO seal_keys (tenant_id, key, public_key)
    VALUES (tenant, encode(sha256(public_key), 'hex'), public_key) ON CONFLICT DO NOTHING;
    INSERT INTO seal_batches (tenant_id, batch, head, signature) VALUES (tenant, number, head, signature);
    RETURN number;
END $$;

-- Keeps what a check found, once per key.
CREATE FUNCTION ledger_keep_check(company uuid, result jsonb, key text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ BEGIN
    INSERT INTO ledger_checks (tenant_id, id, company_id, effect_key, checked_at, milliseconds, entries,
        postings, difference, checks)
    VALUES (current_tenant(), uuidv7(), company, key, clock_timestamp(), (result->>'milliseconds')::bigint,
        (result->>'entries')::bigint, (result->>'postings')::bigint, result->>'difference', result->'checks')
    ON CONFLICT (tenant_id, effect_key) DO NOTHING;
    RETURN (SELECT id FROM ledger_checks WHERE tenant_id = current_tenant() AND effect_key = key);
END $$;
