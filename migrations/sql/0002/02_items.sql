-- What is handed in, read: entries, their postings, and what companies and accounts say of them.

DROP FUNCTION ledger_post(jsonb, boolean), ledger_reverse(uuid, date, text, text, uuid),
    ledger_open_account(uuid, text, text, text, date), post_batch(jsonb, boolean),
    write_number(text, text, bigint);
DROP TYPE entry_in, posting_in, entry_outcome CASCADE;

-- `grp` holds together what is posted together or not at all: a batch, a chain or one entry.
CREATE TYPE entry_in AS (
    ordinal integer, grp integer, id uuid, key text, content_hash bytea, company_id uuid,
    base_currency text, entry_date date, kind text, voucher text, module text, narration text,
    reverses uuid, party_id uuid, due_date date, process_id uuid, document_id uuid, series text,
    pattern text, roles text[], postings jsonb
);
CREATE TYPE posting_in AS (
    ordinal integer, grp integer, line integer, entry_id uuid, company_id uuid, base_currency text,
    entry_date date, party_id uuid, due_date date, account text, account_id bigint, opened_on date,
    closed_on date, only_currency text, is_heading boolean, control text, is_limited boolean,
    is_budgeted boolean, required_dimensions text[], forbidden_dimensions text[], slot smallint,
    amount numeric, currency text, base_amount numeric, dimensions jsonb, dimension_set_id bigint
);
CREATE TYPE entry_outcome AS (
    ordinal integer, outcome text, entry_id uuid, number text, code text, message text, warnings jsonb
);

-- The place of the first item of each chain, by the chain's name.
CREATE FUNCTION first_of_chains(batch jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
    SELECT jsonb_object_agg(chain, first)
    FROM (
        SELECT i->>'chain' AS chain, min(ordinality) AS first
        FROM jsonb_array_elements(batch) WITH ORDINALITY AS t (i, ordinality)
        WHERE i->>'chain' IS NOT NULL GROUP BY 1
    ) AS chains
$$;

-- The identifiers of a batch are one UUID version 7 with the places in it as its last 32 bits (RFC 9562,
-- section 6.2: a counter seeded once): drawing one for each would be the dearest part of reading.
CREATE FUNCTION counted_id(drawn uuid, place integer) RETURNS uuid
LANGUAGE sql IMMUTABLE
AS $$ SELECT encode(overlay(uuid_send(drawn) PLACING int4send(place) FROM 13), 'hex')::uuid $$;

-- The dimensions that an account asks for or forbids. Closing and revaluation follow what stands in
-- the book, whatever an account asks for since.
CREATE FUNCTION dimensions_minded(kind text, dimensions text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN kind IN ('closing', 'revaluation', 'reversal') THEN '{}' ELSE dimensions END $$;

-- The row of a hot account's balance that an entry falls on.
CREATE FUNCTION slot_of(entry uuid, slots smallint) RETURNS bigint
LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN slots > 1 THEN (uuid_hash_extended(entry, 0) & 9223372036854775807) % slots ELSE 0 END $$;

-- An item is {key, chain, roles, entry}. What the entry leaves out has its usual value.
--
-- A session keeps the plans it made while tables were small. So that they stay good, each look-up
-- below is LATERAL with LIMIT, which only an index can answer, nothing joins one array with another,
-- and ledger_post and ledger_reverse plan without sequential scans.
CREATE FUNCTION read_entries(batch jsonb, mode text) RETURNS entry_in[]
LANGUAGE sql VOLATILE
AS $$
    SELECT array_agg(ROW(
        i.ordinality,
        CASE mode WHEN 'atomic' THEN 0 WHEN 'independent' THEN i.ordinality
            ELSE coalesce(((SELECT first_of_chains(batch))->>i.chain)::integer, i.ordinality) END,
        counted_id((SELECT uuidv7()), i.ordinality::integer), i.key, sha256(convert_to(i.entry::text, 'UTF8')),
        e.company, c.base_currency, e.entry_date, coalesce(e.kind, 'normal'), coalesce(e.voucher, 'journal'),
        coalesce(e.module, 'general'), e.narration, e.reverses, e.party, e.due_date, e.process, e.document,
        e.numbering->>'series', e.numbering->>'pattern', i.roles, e.postings
    )::entry_in)
    FROM ROWS FROM (jsonb_to_recordset(batch) AS (key text, chain text, roles text[], entry jsonb))
        WITH ORDINALITY AS i
    CROSS JOIN LATERAL jsonb_to_record(i.entry) AS e (company uuid, entry_date date, kind text, voucher text,
        module text, narration text, reverses uuid, party uuid, due_date date, process uuid, document uuid,
        numbering jsonb, postings jsonb)
    LEFT JOIN LATERAL (SELECT base_currency FROM companies
        WHERE tenant_id = (SELECT current_tenant()) AND id = e.company LIMIT 1) AS c ON true
$$;

-- The postings of entries with what their accounts say. A base amount left out is the amount when
-- the currencies are one.
CREATE FUNCTION read_postings(entries entry_in[]) RETURNS posting_in[]
LANGUAGE sql STABLE
AS $$
    SELECT array_agg(ROW(
        e.ordinal, e.grp, p.ordinality, e.id, e.company_id, e.base_currency, e.entry_date, e.party_id,
        e.due_date, p.account, a.id, a.opened_on, a.closed_on, a.currency, a.is_heading, a.control,
        a.is_limited, a.is_budgeted,
        dimensions_minded(e.kind, a.required_dimensions), dimensions_minded(e.kind, a.forbidden_dimensions),
        slot_of(e.id, a.slots),
        p.amount, p.currency,
        coalesce(p.base_amount, CASE WHEN p.currency = e.base_currency THEN p.amount END),
        coalesce(p.dimensions, '{}'),
        CASE WHEN p.dimensions <> '{}' THEN (SELECT id FROM dimension_sets
                WHERE tenant_id = (SELECT current_tenant()) AND dimensions = p.dimensions LIMIT 1)
            ELSE (SELECT id FROM dimension_sets WHERE tenant_id = (SELECT current_tenant()) AND dimensions = '{}') END
    )::posting_in)
    FROM unnest(entries) AS e
    CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(e.postings) AS
        (account text, amount numeric, currency text, base_amount numeric, dimensions jsonb)) WITH ORDINALITY AS p
    LEFT JOIN LATERAL (SELECT * FROM accounts WHERE tenant_id = (SELECT current_tenant())
        AND company_id = e.company_id AND code = p.account LIMIT 1) AS a ON true
$$;
