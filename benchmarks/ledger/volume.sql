-- Fills a book with a year of many entries, as its owner and past its functions: loading so many by
-- the rules takes hours. What is written is what the rules would have written; integrity proves it.
-- Entry n is decided by n alone. Of a hundred: ten sales on credit, nine of them received later;
-- forty credits of one busy account; the others between any two accounts.

CREATE FUNCTION pg_temp.any_of(count integer, n bigint, salt bigint) RETURNS integer
LANGUAGE sql IMMUTABLE
AS $$ SELECT ((hashint8extended(n, salt) & 9223372036854775807) % count)::integer $$;

-- Entries since..until, the last left out; both multiples of a hundred.
CREATE FUNCTION pg_temp.grow(tenant uuid, company uuid, first_day date, since bigint, until bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    codes constant bigint[] := ARRAY(SELECT id FROM accounts
        WHERE tenant_id = tenant AND company_id = company AND code ~ '^A\d{4}$' ORDER BY code);
    busy constant bigint := codes[1];
    receivable constant bigint := (SELECT id FROM accounts
        WHERE tenant_id = tenant AND company_id = company AND code = 'R0000');
    customers constant uuid[] := ARRAY(SELECT id FROM parties
        WHERE tenant_id = tenant AND kind = 'customer' ORDER BY code);
    nothing bigint;
BEGIN
    INSERT INTO dimension_sets (tenant_id, dimensions) VALUES (tenant, '{}') ON CONFLICT DO NOTHING;
    SELECT id INTO nothing FROM dimension_sets WHERE tenant_id = tenant AND dimensions = '{}';
    CREATE TEMP TABLE made ON COMMIT DROP AS
    SELECT e.n, e.id, e.role, e.sale,
           first_day + least(364, pg_temp.any_of(365, e.sale, 1)
               + CASE e.role WHEN 'receipt' THEN pg_temp.any_of(45, e.n, 2) ELSE 0 END) AS day,
           100 + pg_temp.any_of(10000000, e.sale, 3)::bigint AS amount,
           CASE WHEN e.role <> 'other' THEN customers[1 + pg_temp.any_of(cardinality(customers), e.sale, 4)] END
               AS party,
           CASE WHEN e.role = 'sale' THEN receivable ELSE codes[2 + pg_temp.any_of(500, e.n, 5)] END AS debit,
           CASE WHEN e.role = 'receipt' THEN receivable WHEN e.n % 10 IN (1, 2, 6, 7) THEN busy
               ELSE codes[502 + pg_temp.any_of(499, e.n, 6)] END AS credit
    FROM (
        SELECT n, uuidv7() AS id, role, CASE role WHEN 'receipt' THEN n - 5 ELSE n END AS sale
        FROM generate_series(since, until - 1) AS n
        CROSS JOIN LATERAL (SELECT CASE WHEN n % 10 = 0 THEN 'sale' WHEN n % 10 = 5 AND n % 100 <> 5
            THEN 'receipt' ELSE 'other' END AS role) AS r
    ) AS e;
    INSERT INTO journal_entries (tenant_id, id, company_id, entry_date, kind, narration, party_id, due_date,
        effect_key, content_hash)
    SELECT tenant, id, company, day, 'normal', 'Sale of goods', party, CASE role WHEN 'sale' THEN day + 30 END,
           'volume/' || n, sha256(convert_to(n::text, 'UTF8'))
    FROM made ORDER BY n;
    INSERT INTO postings (tenant_id, entry_id, line, account_id, entry_date, currency, amount, base_amount,
        dimension_set_id)
    SELECT tenant, m.id, line, account, day, 'INR', signed, signed, nothing
    FROM made AS m CROSS JOIN LATERAL (VALUES (1, debit, amount), (2, credit, -amount)) AS p (line, account, signed)
    ORDER BY n, line;
    INSERT INTO open_items (tenant_id, entry_id, line, company_id, account_id, party_id, entry_date, due_date,
        currency, amount, base_amount, open_amount, open_base_amount)
    SELECT tenant, id, CASE role WHEN 'sale' THEN 1 ELSE 2 END, company, receivable, party, day,
           CASE role WHEN 'sale' THEN day + 30 ELSE day END, 'INR', s.signed, s.signed, s.held, s.held
    FROM made CROSS JOIN LATERAL (
        SELECT CASE role WHEN 'sale' THEN amount ELSE -amount END AS signed,
               CASE WHEN n % 100 = 0 THEN amount ELSE 0 END AS held) AS s
    WHERE role <> 'other';
    CREATE TEMP TABLE settled ON COMMIT DROP AS
    SELECT uuidv7() AS id, r.n, r.day, r.amount, s.id AS sale, r.id AS receipt
    FROM made AS r JOIN made AS s ON s.n = r.sale WHERE r.role = 'receipt';
    INSERT INTO allocations (tenant_id, id, company_id, kind, on_date, effect_key, content_hash)
    SELECT tenant, id, company, 'allocation', day, 'volume/' || n, sha256(convert_to(n::text, 'UTF8')) FROM settled;
    INSERT INTO allocation_lines (tenant_id, allocation_id, line, on_date, debit_entry_id, debit_line,
        credit_entry_id, credit_line, amount, base_amount)
    SELECT tenant, id, 1, day, sale, 1, receipt, 2, amount, amount FROM settled;
END $$;

-- What all postings add up to.
CREATE FUNCTION pg_temp.add_up(tenant uuid, company uuid) RETURNS void
LANGUAGE plpgsql
AS $$ BEGIN
    DELETE FROM day_movements WHERE tenant_id = tenant;
    DELETE FROM balances WHERE tenant_id = tenant;
    INSERT INTO day_movements (tenant_id, company_id, account_id, entry_date, currency, dimension_set_id, slot,
        debit, credit, base_debit, base_credit)
    SELECT tenant, company, account_id, entry_date, currency, dimension_set_id, 0,
           sum(greatest(amount, 0)), -sum(least(amount, 0)),
           sum(greatest(base_amount, 0)), -sum(least(base_amount, 0))
    FROM postings WHERE tenant_id = tenant
    GROUP BY account_id, entry_date, currency, dimension_set_id;
    INSERT INTO balances (tenant_id, company_id, account_id, currency, dimension_set_id, slot,
        debit, credit, base_debit, base_credit)
    SELECT tenant, company, account_id, currency, dimension_set_id, 0,
           sum(debit), sum(credit), sum(base_debit), sum(base_credit)
    FROM day_movements WHERE tenant_id = tenant
    GROUP BY account_id, currency, dimension_set_id;
END $$;
