-- What an entry and its postings must be, by themselves and against their accounts: the ladder of
-- domain/ledger/entry.py, climbed again where nobody gets past it.

-- What is wrong with one posting.
CREATE FUNCTION posting_refusal(p posting_in) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE
        WHEN coalesce(p.amount, 0) = 0 AND coalesce(p.base_amount, 0) = 0 THEN 'posting_must_not_be_zero'
        WHEN abs(p.amount) > 9007199254740991 OR abs(p.base_amount) > 9007199254740991
            OR p.amount <> trunc(p.amount) OR p.base_amount <> trunc(p.base_amount) THEN 'amount_out_of_range'
        WHEN p.account_id IS NULL THEN 'account_must_exist'
        WHEN p.is_heading THEN 'account_must_take_postings'
        WHEN p.entry_date < p.opened_on OR p.entry_date > p.closed_on THEN 'account_must_be_open'
        WHEN p.currency IS DISTINCT FROM p.base_currency AND coalesce(p.currency, '') !~ '^[A-Z]{3}$'
        THEN 'currency_must_be_known'
        WHEN p.currency <> p.only_currency THEN 'account_must_take_currency'
        WHEN p.base_amount IS NULL THEN 'base_amount_must_be_given'
        WHEN p.currency = p.base_currency AND p.amount <> p.base_amount THEN 'base_amount_must_equal_amount'
        WHEN p.required_dimensions <> '{}' AND NOT p.dimensions ?& array_remove(
            p.required_dimensions, CASE WHEN p.party_id IS NOT NULL THEN 'party' END) THEN 'dimension_must_be_given'
        WHEN p.forbidden_dimensions <> '{}' AND p.dimensions ?| p.forbidden_dimensions
        THEN 'dimension_must_be_left_out'
    END
$$;

-- Whether a pattern of numbers has a place for the sequence: {sequence} or {seq}, {seq:05}.
CREATE FUNCTION holds_sequence(pattern text) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$ SELECT coalesce(pattern, '') ~ '\{seq(uence)?(:0\d+)?\}' $$;

-- What is wrong with an entry beside its postings.
CREATE FUNCTION entry_refusal(e entry_in, has_party boolean) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE
        WHEN coalesce(jsonb_array_length(e.postings), 0) < 2 THEN 'entry_must_have_two_postings'
        WHEN coalesce(e.narration, '') !~ '\S' THEN 'entry_must_have_narration'
        WHEN NOT has_party THEN 'party_must_exist'
        WHEN e.series IS NOT NULL AND NOT holds_sequence(e.pattern) THEN 'number_must_hold_sequence'
    END
$$;

-- The sentence for the person who must act.
CREATE FUNCTION refusal_in_words(code text, e entry_in, p posting_in, residue text, currency text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE code
        WHEN 'entry_must_have_two_postings' THEN format(
            '%L has %s posting(s); it needs two or more.', e.narration, jsonb_array_length(e.postings))
        WHEN 'entry_must_have_narration' THEN 'Say in the narration what the entry is for.'
        WHEN 'posting_must_not_be_zero' THEN format('The posting on %s is zero; leave it out.', p.account)
        WHEN 'amount_out_of_range' THEN format(
            '%s on %s is beyond 9007199254740991 minor units or no whole number of them.', p.amount, p.account)
        WHEN 'entry_must_balance' THEN format(
            'The entry is out by %s minor units of %s. Debits and credits must be equal in each currency.',
            residue, currency)
        WHEN 'entry_must_balance_in_base_currency' THEN format(
            'The entry is out by %s minor units of the base currency.', residue)
        WHEN 'party_must_exist' THEN format('There is no party %s.', e.party_id)
        WHEN 'number_must_hold_sequence' THEN format(
            'The numbers of %s are written as %L; put {sequence} or {sequence:05} in it.', e.series, e.pattern)
        WHEN 'account_must_exist' THEN format(
            'The company has no account %L. Add it to the chart or use another.', p.account)
        WHEN 'account_must_take_postings' THEN format(
            '%s is a heading of the chart. Post to an account under it.', p.account)
        WHEN 'account_must_be_open' THEN format(
            'Account %s is not open on %s. Use a date or an account that is.', p.account, p.entry_date)
        WHEN 'currency_must_be_known' THEN format(
            'The currency %L on %s is no code of ISO 4217, such as INR.', p.currency, p.account)
        WHEN 'account_must_take_currency' THEN format(
            'Account %s takes %s only, not %s.', p.account, p.only_currency, p.currency)
        WHEN 'base_amount_must_be_given' THEN format(
            'The posting on %s is in %s; give its amount in %s too.', p.account, p.currency, p.base_currency)
        WHEN 'base_amount_must_equal_amount' THEN format(
            '%s is in the base currency, so its base amount is %s, not %s.', p.account, p.amount, p.base_amount)
        WHEN 'dimension_must_be_given' THEN format(
            'A posting on %s must name %s.', p.account, array_to_string(p.required_dimensions, ' and '))
        ELSE format('A posting on %s must not name %s.', p.account, array_to_string(p.forbidden_dimensions, ' or '))
    END
$$;

-- What a batch needs, asked of it once.
CREATE TYPE traits AS (soundness boolean, open_items boolean, limits boolean, budgets boolean,
    new_dimensions boolean, numbers boolean);

-- Of a batch: its soundness is whether plainly no rule says no to any of the entries. False is no
-- refusal yet: an entry whose currencies balance in the base currency only together is left to
-- `refusals`, which asks more and takes several times as long.
CREATE FUNCTION traits_of(entries entry_in[], lines posting_in[]) RETURNS traits
LANGUAGE sql STABLE
AS $$
    SELECT ROW(NOT coalesce(of_lines.wrong, false) AND NOT of_entries.wrong, of_lines.open_items, of_lines.limits,
        of_lines.budgets, of_lines.new_dimensions, of_entries.numbers)::traits
    FROM (
        SELECT bool_or(s.wrong) AS wrong, bool_or(s.open_items) AS open_items, bool_or(s.limits) AS limits,
               bool_or(s.budgets) AS budgets, bool_or(s.new_dimensions) AS new_dimensions
        FROM (
            SELECT sum(p.amount) <> 0 OR sum(p.base_amount) <> 0 OR bool_or(posting_refusal(p) IS NOT NULL) AS wrong,
                   bool_or(p.control IS NOT NULL) AS open_items, bool_or(p.is_limited) AS limits,
                   bool_or(p.is_budgeted) AS budgets, bool_or(p.dimension_set_id IS NULL) AS new_dimensions
            FROM unnest(lines) AS p GROUP BY p.ordinal, p.currency
        ) AS s
    ) AS of_lines
    CROSS JOIN (
        SELECT bool_or(entry_refusal(e, e.party_id IS NULL OR (SELECT true FROM parties
                   WHERE tenant_id = (SELECT current_tenant()) AND id = e.party_id LIMIT 1) IS NOT NULL) IS NOT NULL) AS wrong,
               bool_or(e.series IS NOT NULL) AS numbers
        FROM unnest(entries) AS e
    ) AS of_entries
$$;

-- The first rule that says no to each entry. Rungs 1 to 5 are those of check_entry, in its order.
CREATE FUNCTION refusals(entries entry_in[], lines posting_in[])
RETURNS TABLE (ordinal integer, code text, message text)
LANGUAGE sql STABLE
AS $$
    WITH said AS (
        SELECT s.ordinal, CASE s.code WHEN 'entry_must_have_two_postings' THEN 1
                   WHEN 'entry_must_have_narration' THEN 2 ELSE 6 END AS rung,
               0 AS line, s.code, NULL::posting_in AS p, s.entry, NULL::text AS residue, NULL::text AS currency
        FROM (SELECT e.ordinal, e AS entry, entry_refusal(e, e.party_id IS NULL OR (SELECT true FROM parties
            WHERE tenant_id = (SELECT current_tenant()) AND id = e.party_id LIMIT 1) IS NOT NULL) AS code
            FROM unnest(entries) AS e) AS s
        WHERE s.code IS NOT NULL
        UNION ALL
        SELECT p.ordinal, CASE WHEN p.said IN ('posting_must_not_be_zero', 'amount_out_of_range') THEN 3 ELSE 8 END,
               p.line, p.said, p.posting, NULL, NULL, NULL
        FROM (SELECT l.ordinal, l.line, l AS posting, posting_refusal(l) AS said FROM unnest(lines) AS l) AS p
        WHERE p.said IS NOT NULL
        UNION ALL
        SELECT l.ordinal, 4, 0, 'entry_must_balance', NULL, NULL, sum(l.amount)::text, l.currency
        FROM unnest(lines) AS l GROUP BY l.ordinal, l.currency HAVING sum(l.amount) <> 0
        UNION ALL
        SELECT l.ordinal, 5, 0, 'entry_must_balance_in_base_currency', NULL, NULL, sum(l.base_amount)::text, NULL
        FROM unnest(lines) AS l GROUP BY l.ordinal HAVING sum(l.base_amount) <> 0
    )
    SELECT DISTINCT ON (ordinal) ordinal, code, refusal_in_words(code, entry, p, residue, currency)
    FROM said ORDER BY ordinal, rung, line
$$;
