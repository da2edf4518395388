"""Does the book agree with itself? Recomputed from raw postings; costs grow with their number."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

COUNTS = text("""
    SELECT count(DISTINCT e.id) AS entries, count(p.line) AS postings
    FROM journal_entries e LEFT JOIN postings p ON p.entry_id = e.id
    WHERE e.company_id = :company
""")

UNBALANCED = text("""
    SELECT format('Entry %s is out by %s minor units of %s.', p.entry_id, sum(p.amount), p.currency)
    FROM postings p JOIN journal_entries e ON e.id = p.entry_id
    WHERE e.company_id = :company
    GROUP BY p.entry_id, p.currency HAVING sum(p.amount) <> 0
    UNION ALL
    SELECT format('Entry %s is out by %s minor units of the base currency.',
                  p.entry_id, sum(p.base_amount))
    FROM postings p JOIN journal_entries e ON e.id = p.entry_id
    WHERE e.company_id = :company
    GROUP BY p.entry_id HAVING sum(p.base_amount) <> 0
    UNION ALL
    SELECT format('Entry %s has %s posting(s).', e.id, count(p.line))
    FROM journal_entries e LEFT JOIN postings p ON p.entry_id = e.id
    WHERE e.company_id = :company
    GROUP BY e.id HAVING count(p.line) < 2
    UNION ALL
    SELECT format('Entry %s is dated %s and its posting %s %s.',
                  e.id, e.entry_date, p.line, p.entry_date)
    FROM postings p JOIN journal_entries e ON e.id = p.entry_id
    WHERE e.company_id = :company AND p.entry_date <> e.entry_date
    ORDER BY 1 LIMIT 1
""")

# Each posting on the date it has, so that the running balance is the sum over all dates.
DIFFERENT = """
    WITH raw AS (
        SELECT a.code, {day} AS day, p.currency, p.dimension_set_id,
               sum(greatest(p.amount, 0)) AS debit, -sum(least(p.amount, 0)) AS credit,
               sum(greatest(p.base_amount, 0)) AS base_debit,
               -sum(least(p.base_amount, 0)) AS base_credit
        FROM postings p JOIN accounts a ON a.id = p.account_id
        WHERE a.company_id = :company GROUP BY 1, 2, 3, 4
    ), kept AS (
        SELECT a.code, {day} AS day, p.currency, p.dimension_set_id, sum(p.debit) AS debit,
               sum(p.credit) AS credit, sum(p.base_debit) AS base_debit,
               sum(p.base_credit) AS base_credit
        FROM {table} p JOIN accounts a ON a.id = p.account_id
        WHERE p.company_id = :company GROUP BY 1, 2, 3, 4
    )
    SELECT format(
        '%s: {table} has debit %s and credit %s %s (base %s and %s), '
        'its postings %s and %s (%s and %s).',
        concat_ws(' on ', code, nullif(day, '')), kept.debit, kept.credit, currency,
        kept.base_debit, kept.base_credit, raw.debit, raw.credit, raw.base_debit, raw.base_credit)
    FROM raw FULL JOIN kept USING (code, day, currency, dimension_set_id)
    WHERE (raw.debit, raw.credit, raw.base_debit, raw.base_credit)
        IS DISTINCT FROM (kept.debit, kept.credit, kept.base_debit, kept.base_credit)
    ORDER BY code, day, currency LIMIT 1
"""

GAPS = text("""
    SELECT format('Series %s %s counts to %s, but has %s number(s), the last %s.',
                  s.series, s.fiscal_year, s.last_sequence, count(n.sequence), max(n.sequence))
    FROM number_series s LEFT JOIN voucher_numbers n USING (company_id, series, fiscal_year)
    WHERE s.company_id = :company
    GROUP BY s.series, s.fiscal_year, s.last_sequence
    HAVING count(n.sequence) <> s.last_sequence OR max(n.sequence) <> s.last_sequence
    ORDER BY 1 LIMIT 1
""")

CHECKS = (
    UNBALANCED,
    text(DIFFERENT.format(table="balances", day="''")),
    text(DIFFERENT.format(table="day_movements", day="p.entry_date::text")),
    GAPS,
)


@dataclass(frozen=True, slots=True)
class Integrity:
    """How much was recomputed, and the first difference in words; None when there is none."""

    entries: int
    postings: int
    difference: str | None

    @property
    def holds(self) -> bool:
        """Whether the book agrees with itself."""
        return self.difference is None


def check(connection: Connection, company: UUID) -> Integrity:
    """Recompute sums, balances, day movements and numbers of one company, and compare.

    All of it sees one state of the book only under REPEATABLE READ or while nobody posts.
    """
    parameters = {"company": company}
    counts = connection.execute(COUNTS, parameters).one()
    for query in CHECKS:
        difference = connection.scalar(query, parameters)
        if difference is not None:
            return Integrity(counts.entries, counts.postings, str(difference))
    return Integrity(counts.entries, counts.postings, None)
