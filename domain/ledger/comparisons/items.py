"""Open items and holds: what is open is what was posted or placed, less what settled it."""

from domain.ledger.comparisons.comparison import query

ITEMS = """
    WITH due AS (
        SELECT p.entry_id, p.line, p.account_id, e.party_id, p.currency, p.amount, p.base_amount
        FROM accounts a
        JOIN postings p ON p.account_id = a.id
        JOIN journal_entries e ON e.id = p.entry_id
        WHERE a.company_id = :company AND a.control IS NOT NULL AND e.party_id IS NOT NULL
    ), kept AS (
        SELECT entry_id, line, account_id, party_id, currency, amount, base_amount
        FROM open_items WHERE company_id = :company
    )
    SELECT count(*) AS compared, min(format(
        'Posting %s of entry %s is %s %s and its open item %s.',
        line, entry_id, coalesce(due.amount::text, 'none'), coalesce(due.currency, kept.currency),
        coalesce(kept.amount::text, 'is missing')))
        FILTER (WHERE (due.account_id, due.party_id, due.currency, due.amount, due.base_amount)
            IS DISTINCT FROM
            (kept.account_id, kept.party_id, kept.currency, kept.amount, kept.base_amount))
        AS difference
    FROM due FULL JOIN kept USING (entry_id, line)
"""

# A debit item is settled by so much less, a credit item by so much more.
SETTLED = """
    WITH settled AS (
        SELECT entry_id, line, sum(amount) AS amount, sum(base_amount) AS base_amount
        FROM (
            SELECT debit_entry_id AS entry_id, debit_line AS line, -amount AS amount,
                   -base_amount AS base_amount FROM allocation_lines
            UNION ALL
            SELECT credit_entry_id, credit_line, amount, base_amount FROM allocation_lines
        ) AS side GROUP BY 1, 2
    )
    SELECT count(*) AS compared, min(format(
        'The open item of posting %s of entry %s has %s of %s %s open, its allocations leave %s.',
        i.line, i.entry_id, i.open_amount, i.amount, i.currency,
        i.amount + coalesce(s.amount, 0)))
        FILTER (WHERE i.open_amount <> i.amount + coalesce(s.amount, 0)
            OR i.open_base_amount <> i.base_amount + coalesce(s.base_amount, 0)) AS difference
    FROM open_items i LEFT JOIN settled s USING (entry_id, line)
    WHERE i.company_id = :company
"""

HOLDS = """
    WITH happened AS (
        SELECT hold_id, sum(amount) FILTER (WHERE kind = 'placed') AS placed,
               sum(amount) FILTER (WHERE kind <> 'placed') AS gone
        FROM hold_events GROUP BY hold_id
    )
    SELECT count(*) AS compared, min(format(
        'Hold %s has %s of %s %s left, its events leave %s of %s.',
        h.id, h.remaining, h.amount, h.currency, e.placed - coalesce(e.gone, 0), e.placed))
        FILTER (WHERE (h.amount, h.remaining)
            IS DISTINCT FROM (e.placed, e.placed - coalesce(e.gone, 0))
            OR (h.state = 'open') <> (h.remaining > 0)) AS difference
    FROM holds h LEFT JOIN happened e ON e.hold_id = h.id
    WHERE h.company_id = :company
"""

COMPARISONS = (
    query(
        "open_items_equal_postings",
        "Every posting with a party on a control account has its open item",
        ITEMS,
        needs=("open_items",),
    ),
    query(
        "open_amounts_equal_allocations",
        "What is open of an item is its amount less its allocations",
        SETTLED,
        needs=("open_items", "allocation_lines"),
    ),
    query(
        "holds_equal_events",
        "What is left of a hold is what was placed less what became of it",
        HOLDS,
        needs=("holds", "hold_events"),
    ),
)
