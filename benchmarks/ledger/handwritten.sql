-- A ledger as one would write it by hand for speed, with every guarantee: a key once per tenant,
-- foreign keys, row-level security, running balances, a deferred check of each entry, a hash chain.

CREATE SCHEMA handwritten;
SET search_path = handwritten;

CREATE TABLE tenant (id integer PRIMARY KEY);
CREATE TABLE account (
    tenant_id integer NOT NULL REFERENCES tenant,
    id integer NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE TABLE chain (tenant_id integer PRIMARY KEY REFERENCES tenant, head bytea NOT NULL);
CREATE TABLE entry (
    tenant_id integer NOT NULL REFERENCES tenant,
    id bigint NOT NULL,
    key text NOT NULL,
    day date NOT NULL,
    narration text NOT NULL,
    hash bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, key)
);
CREATE SEQUENCE entry_id CACHE 100;
CREATE TABLE posting (
    tenant_id integer NOT NULL,
    entry_id bigint NOT NULL,
    line integer NOT NULL,
    account_id integer NOT NULL,
    amount bigint NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (tenant_id, entry_id, line),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES entry,
    FOREIGN KEY (tenant_id, account_id) REFERENCES account
);
CREATE INDEX ON posting (tenant_id, account_id, entry_id) INCLUDE (amount);
CREATE TABLE balance (
    tenant_id integer NOT NULL,
    account_id integer NOT NULL,
    debit bigint NOT NULL,
    credit bigint NOT NULL,
    PRIMARY KEY (tenant_id, account_id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES account
) WITH (fillfactor = 60);

CREATE FUNCTION check_entry() RETURNS trigger
LANGUAGE plpgsql
AS $$ BEGIN
    IF (SELECT sum(amount) FROM handwritten.posting
        WHERE tenant_id = NEW.tenant_id AND entry_id = NEW.id) IS DISTINCT FROM 0 THEN
        RAISE 'Entry % does not balance.', NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_entry AFTER INSERT ON entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry();

-- Entries as arrays; the legs name their entry by its place.
CREATE FUNCTION post(keys text[], days date[], narrations text[],
    places integer[], accounts integer[], amounts bigint[]) RETURNS bigint[]
LANGUAGE plpgsql
SET search_path = handwritten
AS $$
DECLARE
    tenant constant integer := current_setting('handwritten.tenant')::integer;
    ids constant bigint[] := ARRAY(SELECT nextval('entry_id') FROM generate_subscripts(keys, 1));
    contents text[];
    content text;
    latest bytea;
    hashes bytea[] := '{}';
    is_balanced boolean;
BEGIN
    SELECT head INTO latest FROM chain WHERE tenant_id = tenant FOR UPDATE;
    SELECT array_agg(concat_ws('|', e.key, e.day, e.narration, l.legs) ORDER BY e.place), bool_and(l.residue = 0)
    INTO contents, is_balanced
    FROM unnest(keys, days, narrations) WITH ORDINALITY AS e (key, day, narration, place)
    JOIN (SELECT place, string_agg(account || ':' || amount, ',') AS legs, sum(amount) AS residue
          FROM unnest(places, accounts, amounts) AS t (place, account, amount) GROUP BY place) AS l USING (place);
    IF is_balanced IS NOT TRUE THEN
        RAISE 'Debits and credits differ.';
    END IF;
    FOREACH content IN ARRAY contents LOOP
        latest := sha256(latest || convert_to(content, 'UTF8'));
        hashes := hashes || latest;
    END LOOP;
    UPDATE chain SET head = latest WHERE tenant_id = tenant;
    INSERT INTO entry (tenant_id, id, key, day, narration, hash)
    SELECT tenant, id, key, day, narration, hash
    FROM unnest(ids, keys, days, narrations, hashes) AS e (id, key, day, narration, hash);
    INSERT INTO posting (tenant_id, entry_id, line, account_id, amount)
    SELECT tenant, ids[place], line, account, amount
    FROM unnest(places, accounts, amounts) WITH ORDINALITY AS l (place, account, amount, line);
    INSERT INTO balance AS b (tenant_id, account_id, debit, credit)
    SELECT tenant, account, sum(greatest(amount, 0)), -sum(least(amount, 0))
    FROM unnest(accounts, amounts) AS l (account, amount) GROUP BY account ORDER BY account
    ON CONFLICT (tenant_id, account_id)
    DO UPDATE SET debit = b.debit + excluded.debit, credit = b.credit + excluded.credit;
    RETURN ids;
END $$;

INSERT INTO tenant VALUES (1);
INSERT INTO chain VALUES (1, '');
INSERT INTO account SELECT 1, n FROM generate_series(0, 999) AS n;
INSERT INTO balance SELECT 1, n, 0, 0 FROM generate_series(0, 999) AS n;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY '{account,chain,entry,posting,balance}'::text[] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY own_tenant ON %I
            USING (tenant_id = (SELECT current_setting(''handwritten.tenant'')::integer))', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO kontor_app', name);
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA handwritten TO kontor_app;
GRANT USAGE ON SEQUENCE entry_id TO kontor_app;
RESET search_path;
