-- What an entry and its postings must be, by themselves and against their accounts.

-- What is wrong with each entry by itself and against its accounts; the first rule that says no.
-- Rungs 1 to 5 are those of check_entry, in its order.
CREATE FUNCTION refusals(entries entry_in[], lines posting_in[])
RETURNS TABLE (ordinal integer, code text, message text)
LANGUAGE sql STABLE
AS $$
    WITH posting AS MATERIALIZED (
        SELECT p.ordinal, p.line, p.account, p.entry_date, p.amount, p.currency, p.base_amount,
               p.base_currency, p.only_currency,
               CASE WHEN coalesce(p.amount, 0) = 0 AND coalesce(p.base_amount, 0) = 0
                    THEN 'posting_must_not_be_zero'
                    WHEN greatest(abs(p.amount), abs(p.base_amount)) > 9007199254740991
                      OR p.amount <> trunc(p.amount) OR p.base_amount <> trunc(p.base_amount)
                    THEN 'amount_out_of_range' END AS amount_code,
               CASE WHEN p.account_id IS NULL THEN 'account_must_exist'
                    WHEN p.is_heading THEN 'account_must_take_postings'
                    WHEN p.entry_date < p.opened_on OR p.entry_date > p.closed_on THEN 'account_must_be_open'
                    WHEN coalesce(p.currency, '') !~ '^[A-Z]{3}$' THEN 'currency_must_be_known'
                    WHEN p.currency <> p.only_currency THEN 'account_must_take_currency'
                    WHEN p.base_amount IS NULL THEN 'base_amount_must_be_given'
                    WHEN p.currency = p.base_currency AND p.amount <> p.base_amount
                    THEN 'base_amount_must_equal_amount'
                    WHEN NOT p.dimensions ?& array_remove(p.required_dimensions,
                        CASE WHEN p.party_id IS NOT NULL THEN 'party' END)
                    THEN 'dimension_must_be_given'
                    WHEN p.dimensions ?| p.forbidden_dimensions THEN 'dimension_must_be_left_out'
               END AS account_code, p.required_dimensions, p.forbidden_dimensions
        FROM unnest(lines) AS p
    ), said AS (
        SELECT e.ordinal, 1 AS rung, 0 AS line, 'entry_must_have_two_postings' AS code,
               format('%L has %s posting(s); it needs two or more.',
                      e.narration, jsonb_array_length(e.postings)) AS message
        FROM unnest(entries) AS e WHERE jsonb_array_length(e.postings) < 2
        UNION ALL
        SELECT e.ordinal, 2, 0, 'entry_must_have_narration', 'Say in the narration what the entry is for.'
        FROM unnest(entries) AS e WHERE coalesce(e.narration, '') !~ '\S'
        UNION ALL
        SELECT p.ordinal, 3, p.line, p.amount_code, CASE p.amount_code
               WHEN 'posting_must_not_be_zero' THEN format('The posting on %s is zero; leave it out.', p.account)
               ELSE format('%s on %s is beyond 9007199254740991 minor units or no whole number of them.',
                           p.amount, p.account) END
        FROM posting p WHERE p.amount_code IS NOT NULL
        UNION ALL
        SELECT p.ordinal, 4, 0, 'entry_must_balance', format(
               'The entry is out by %s minor units of %s. Debits and credits must be equal in each currency.',
               sum(p.amount), p.currency)
        FROM posting p GROUP BY p.ordinal, p.currency HAVING sum(p.amount) <> 0
        UNION ALL
        SELECT p.ordinal, 5, 0, 'entry_must_balance_in_base_currency',
               format('The entry is out by %s minor units of the base currency.', sum(p.base_amount))
        FROM posting p GROUP BY p.ordinal HAVING sum(p.base_amount) <> 0
        UNION ALL
        SELECT e.ordinal, 6, 0, 'party_must_exist', format('There is no party %s.', e.party_id)
        FROM unnest(entries) AS e
        WHERE e.party_id IS NOT NULL AND (SELECT true FROM parties
            WHERE tenant_id = (SELECT current_tenant()) AND id = e.party_id) IS NULL
        UNION ALL
        SELECT e.ordinal, 7, 0, 'number_must_hold_sequence',
               format('The numbers of %s are written as %L; put {sequence} or {sequence:05} in it.',
                      e.series, e.pattern)
        FROM unnest(entries) AS e
        WHERE e.series IS NOT NULL AND coalesce(e.pattern, '') !~ '\{sequence(:0\d+)?\}'
        UNION ALL
        SELECT p.ordinal, 8, p.line, p.account_code, CASE p.account_code
               WHEN 'account_must_exist' THEN format(
                    'The company has no account %L. Add it to the chart or use another.', p.account)
               WHEN 'account_must_take_postings' THEN format(
                    '%s is a heading of the chart. Post to an account under it.', p.account)
               WHEN 'dimension_must_be_given' THEN format(
                    'A posting on %s must name %s.', p.account, array_to_string(p.required_dimensions, ' and '))
               WHEN 'dimension_must_be_left_out' THEN format(
                    'A posting on %s must not name %s.', p.account, array_to_string(p.forbidden_dimensions, ' or '))
               WHEN 'account_must_be_open' THEN format(
                    'Account %s is not open on %s. Use a date or an account that is.', p.account, p.entry_date)
               WHEN 'currency_must_be_known' THEN format(
                    'The currency %L on %s is no code of ISO 4217, such as INR.', p.currency, p.account)
               WHEN 'account_must_take_currency' THEN format(
                    'Account %s takes %s only, not %s.', p.account, p.only_currency, p.currency)
               WHEN 'base_amount_must_be_given' THEN format(
                    'The posting on %s is in %s; give its amount in %s too.',
                    p.account, p.currency, p.base_currency)
               ELSE format('%s is in the base currency, so its base amount is %s, not %s.',
                           p.account, p.amount, p.base_amount) END
        FROM posting p WHERE p.account_code IS NOT NULL
    )
    SELECT DISTINCT ON (ordinal) ordinal, code, message FROM said ORDER BY ordinal, rung, line
$$;
