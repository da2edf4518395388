"""Voucher numbers without gaps, periods that hold every entry, keys that have one outcome."""

from domain.ledger.comparisons.comparison import query

GAPLESS = """
    WITH drawn AS (
        SELECT n.series, n.fiscal_year, count(*) AS numbers, min(n.sequence) AS first,
               max(n.sequence) AS last
        FROM voucher_numbers n WHERE n.company_id = :company GROUP BY 1, 2
    ), kept AS (
        SELECT series, fiscal_year, last_sequence FROM number_series WHERE company_id = :company
    )
    SELECT coalesce(sum(numbers), 0)::bigint AS compared, coalesce(
        min(format('Series %s %s counts to %s, but has %s number(s), the last %s.',
                   series, fiscal_year, last_sequence, coalesce(numbers, 0), last))
        FILTER (WHERE (last_sequence, last_sequence) IS DISTINCT FROM (numbers, last)
            OR first <> 1),
        (SELECT min(format('Number %s is of another company than its entry.', n.number))
         FROM voucher_numbers n JOIN journal_entries e ON e.id = n.entry_id
         WHERE n.company_id = :company AND e.company_id <> n.company_id)
    ) AS difference
    FROM drawn FULL JOIN kept USING (series, fiscal_year)
"""

PERIODS = """
    WITH day AS (
        SELECT entry_date, count(*) AS entries FROM journal_entries
        WHERE company_id = :company GROUP BY entry_date
    )
    SELECT coalesce(sum(entries), 0)::bigint AS compared, coalesce(
        min(format('%s entries are dated %s, which no period holds.', entries, entry_date))
        FILTER (WHERE NOT EXISTS (SELECT FROM periods p WHERE p.company_id = :company
            AND day.entry_date BETWEEN p.starts_on AND p.ends_on)),
        (SELECT min(format('The periods from %s and from %s share days.', p.starts_on, q.starts_on))
         FROM periods p JOIN periods q ON q.company_id = p.company_id AND q.id <> p.id
             AND q.starts_on BETWEEN p.starts_on AND p.ends_on AND q.starts_on > p.starts_on
         WHERE p.company_id = :company AND q.ends_on > p.ends_on)
    ) AS difference
    FROM day
"""

# A refused item says no company; its key is the tenant's.
KEYS = """
    SELECT count(*) AS compared,
           min(format('The key %L was refused (%s) and posted as entry %s.',
                      r.effect_key, r.code, e.id)) FILTER (WHERE e.id IS NOT NULL) AS difference
    FROM refused_items r
    LEFT JOIN journal_entries e ON e.tenant_id = r.tenant_id AND e.effect_key = r.effect_key
"""

COMPARISONS = (
    query("numbers_have_no_gaps", "Every series counts without a gap", GAPLESS),
    query("periods_hold_entries", "Every entry is dated in a period", PERIODS),
    query("keys_have_one_outcome", "No key was both refused and posted", KEYS),
)
