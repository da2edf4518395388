"""Balances, day movements and what years left, against the sums of raw postings."""

from domain.ledger.comparisons.comparison import query

# Each posting on the date it has, so that the running balance is the sum over all dates.
SUMS = """
    WITH raw AS (
        SELECT p.account_id, p.currency, p.dimension_set_id{day},
               sum(greatest(p.amount, 0)) AS debit, -sum(least(p.amount, 0)) AS credit,
               sum(greatest(p.base_amount, 0)) AS base_debit,
               -sum(least(p.base_amount, 0)) AS base_credit
        FROM postings p JOIN accounts a ON a.id = p.account_id
        WHERE a.company_id = :company GROUP BY p.account_id, p.currency, p.dimension_set_id{day}
    ), kept AS (
        SELECT p.account_id, p.currency, p.dimension_set_id{day}, sum(p.debit) AS debit,
               sum(p.credit) AS credit, sum(p.base_debit) AS base_debit,
               sum(p.base_credit) AS base_credit
        FROM {table} p WHERE p.company_id = :company
        GROUP BY p.account_id, p.currency, p.dimension_set_id{day}
    )
    SELECT count(*) AS compared, min(format(
        '%s: {table} has debit %s and credit %s %s (base %s and %s), '
        'its postings %s and %s (%s and %s).',
        concat_ws(' on ', coalesce(a.code, 'Account ' || account_id){named}),
        kept.debit, kept.credit, currency, kept.base_debit, kept.base_credit,
        raw.debit, raw.credit, raw.base_debit, raw.base_credit))
        FILTER (WHERE (raw.debit, raw.credit, raw.base_debit, raw.base_credit)
            IS DISTINCT FROM (kept.debit, kept.credit, kept.base_debit, kept.base_credit))
        AS difference
    FROM raw FULL JOIN kept USING (account_id, currency, dimension_set_id{named})
    LEFT JOIN (SELECT id AS account_id, code FROM accounts) a USING (account_id)
"""

# The closing that stands of each year; what was reopened was true when it was closed.
YEARS = """
    WITH closing AS (
        SELECT y.id, y.fiscal_year, y.ends_on FROM year_closings y
        WHERE y.company_id = :company
          AND NOT EXISTS (SELECT FROM year_reopenings r WHERE r.closing_id = y.id)
    ), day AS (
        SELECT p.account_id, p.entry_date, p.currency, p.dimension_set_id,
               sum(greatest(p.amount, 0)) AS debit, -sum(least(p.amount, 0)) AS credit,
               sum(greatest(p.base_amount, 0)) AS base_debit,
               -sum(least(p.base_amount, 0)) AS base_credit
        FROM postings p JOIN accounts a ON a.id = p.account_id
        WHERE a.company_id = :company AND EXISTS (SELECT FROM closing) GROUP BY 1, 2, 3, 4
    ), raw AS (
        SELECT c.id, d.account_id, d.currency, d.dimension_set_id, sum(d.debit) AS debit,
               sum(d.credit) AS credit, sum(d.base_debit) AS base_debit,
               sum(d.base_credit) AS base_credit
        FROM closing c JOIN day d ON d.entry_date <= c.ends_on GROUP BY 1, 2, 3, 4
    ), kept AS (
        SELECT b.closing_id AS id, b.account_id, b.currency, b.dimension_set_id, b.debit, b.credit,
               b.base_debit, b.base_credit
        FROM period_balances b JOIN closing c ON c.id = b.closing_id
    )
    SELECT count(*) AS compared, min(format(
        '%s at the end of %s: debit %s and credit %s %s were kept, its postings have %s and %s.',
        a.code, c.fiscal_year, kept.debit, kept.credit, currency, raw.debit, raw.credit))
        FILTER (WHERE (raw.debit, raw.credit, raw.base_debit, raw.base_credit)
            IS DISTINCT FROM (kept.debit, kept.credit, kept.base_debit, kept.base_credit))
        AS difference
    FROM raw FULL JOIN kept USING (id, account_id, currency, dimension_set_id)
    JOIN closing c USING (id)
    LEFT JOIN (SELECT id AS account_id, code FROM accounts) a USING (account_id)
"""

COMPARISONS = (
    query(
        "balances_equal_postings",
        "Balances equal the sums of postings",
        SUMS.format(table="balances", day="", named=""),
    ),
    query(
        "day_movements_equal_postings",
        "The movements of each day equal its postings",
        SUMS.format(table="day_movements", day=", p.entry_date", named=", entry_date"),
    ),
    query(
        "years_equal_postings",
        "What closed years left equals their postings",
        YEARS,
        needs=("period_balances", "year_closings", "year_reopenings"),
    ),
)
