"""Entries and their postings: balanced, whole, of one company, as their accounts take them."""

from domain.ledger.comparisons.comparison import query

BALANCED = """
    WITH residue AS (
        SELECT p.entry_id, p.currency, sum(p.amount) AS amount, sum(p.base_amount) AS base_amount
        FROM postings p JOIN journal_entries e ON e.id = p.entry_id
        WHERE e.company_id = :company GROUP BY p.entry_id, p.currency
    ), base_residue AS (
        SELECT entry_id, sum(base_amount) AS base_amount FROM residue GROUP BY entry_id
    )
    SELECT (SELECT count(*) FROM base_residue) AS compared, (
        SELECT min(said) FROM (
            SELECT format('Entry %s is out by %s minor units of %s.', entry_id, amount, currency)
                AS said
            FROM residue WHERE amount <> 0
            UNION ALL
            SELECT format('Entry %s is out by %s minor units of the base currency.',
                          entry_id, base_amount)
            FROM base_residue WHERE base_amount <> 0
        ) AS unbalanced
    ) AS difference
"""

WHOLE = """
    WITH counted AS (
        SELECT entry_id, count(*) AS postings, min(line) AS first_line, max(line) AS last_line
        FROM postings GROUP BY entry_id
    )
    SELECT count(*) AS compared, min(CASE
        WHEN coalesce(c.postings, 0) < 2
        THEN format('Entry %s has %s posting(s).', e.id, coalesce(c.postings, 0))
        WHEN first_line <> 1 OR last_line <> c.postings
        THEN format('Entry %s has %s postings, but they are counted from %s to %s.',
                    e.id, c.postings, first_line, last_line)
    END) AS difference
    FROM journal_entries e LEFT JOIN counted c ON c.entry_id = e.id WHERE e.company_id = :company
"""

# What an account is changes only by closing it, after its last posting.
POSTINGS = """
    SELECT count(*) AS compared, min(CASE
        WHEN p.entry_date <> e.entry_date THEN format(
            'Entry %s is dated %s and its posting %s %s.', e.id, e.entry_date, p.line, p.entry_date)
        WHEN a.id IS NULL THEN format('Entry %s posts to account %s, which does not exist.',
            e.id, p.account_id)
        WHEN a.company_id <> e.company_id THEN format(
            'Entry %s posts to %s, an account of another company.', e.id, a.code)
        WHEN a.is_heading THEN format('Entry %s posts to %s, a heading.', e.id, a.code)
        WHEN p.entry_date < a.opened_on OR p.entry_date > a.closed_on THEN format(
            'Entry %s posts to %s on %s, when it was not open.', e.id, a.code, p.entry_date)
        WHEN p.currency <> a.currency THEN format(
            'Entry %s posts %s to %s, which takes %s only.', e.id, p.currency, a.code, a.currency)
        WHEN p.amount = 0 AND p.base_amount = 0 THEN format(
            'Entry %s posts nothing to %s.', e.id, a.code)
        WHEN p.currency = c.base_currency AND p.amount <> p.base_amount THEN format(
            'Entry %s posts %s %s to %s, and %s as its base amount.',
            e.id, p.amount, p.currency, a.code, p.base_amount)
        WHEN d.id IS NULL THEN format(
            'Entry %s has a posting on %s with dimension set %s, which does not exist.',
            e.id, a.code, p.dimension_set_id)
    END) AS difference
    FROM journal_entries e
    JOIN companies c ON c.id = e.company_id
    JOIN postings p ON p.entry_id = e.id
    LEFT JOIN accounts a ON a.id = p.account_id
    LEFT JOIN dimension_sets d ON d.id = p.dimension_set_id
    WHERE e.company_id = :company
"""

# Postings, numbers and warnings say no company: those of an entry that is gone are anybody's.
REFERENCES = """
    WITH gone AS (
        SELECT 'Posting ' || p.line AS what, p.entry_id FROM postings p
        WHERE NOT EXISTS (SELECT FROM journal_entries e WHERE e.id = p.entry_id)
        UNION ALL
        SELECT 'Number ' || v.number, v.entry_id FROM voucher_numbers v
        WHERE NOT EXISTS (SELECT FROM journal_entries e WHERE e.id = v.entry_id)
        UNION ALL
        SELECT 'A warning', w.entry_id FROM entry_warnings w
        WHERE NOT EXISTS (SELECT FROM journal_entries e WHERE e.id = w.entry_id)
    )
    SELECT count(*) AS compared, coalesce(
        (SELECT min(format('%s is of entry %s, which does not exist.', what, entry_id)) FROM gone),
        min(CASE
            WHEN c.id IS NULL THEN format('Entry %s is of company %s, which does not exist.',
                                          e.id, e.company_id)
            WHEN e.party_id IS NOT NULL AND p.id IS NULL THEN format(
                'Entry %s is with party %s, which does not exist.', e.id, e.party_id)
        END)) AS difference
    FROM journal_entries e
    LEFT JOIN companies c ON c.id = e.company_id
    LEFT JOIN parties p ON p.id = e.party_id
    WHERE e.company_id = :company
"""

KINDS = """
    SELECT count(*) AS compared, min(CASE
        WHEN kind <> ALL ('{normal,opening,adjusting,closing,revaluation,reversal,import}')
          OR voucher <> ALL ('{journal,sales,purchase,receipt,payment,contra,debit_note,
              credit_note}')
          OR module <> ALL ('{general,sales,purchase,banking,inventory,payroll,forex,insurance}')
        THEN format('Entry %s is of kind %s, voucher %s, module %s; one of them is not known.',
                    id, kind, voucher, module)
        WHEN (kind = 'reversal') <> (reverses IS NOT NULL)
        THEN format('Entry %s is of kind %s and reverses %s.',
                    id, kind, coalesce('entry ' || reverses::text, 'nothing'))
        WHEN narration !~ '\\S' THEN format('Entry %s has no narration.', id)
    END) AS difference
    FROM journal_entries WHERE company_id = :company
"""

REVERSALS = """
    WITH pair AS (
        SELECT r.id, o.id AS original, o.kind, o.company_id = r.company_id AS is_of_company
        FROM journal_entries r LEFT JOIN journal_entries o ON o.id = r.reverses
        WHERE r.company_id = :company AND r.reverses IS NOT NULL
    ), twice AS (
        SELECT original FROM pair GROUP BY original HAVING count(*) > 1
    ), mirrored AS (
        SELECT pair.id, p.line, p.account_id, p.currency, p.dimension_set_id, -p.amount AS amount,
               -p.base_amount AS base_amount
        FROM pair JOIN postings p ON p.entry_id = pair.original
    ), made AS (
        SELECT pair.id, p.line, p.account_id, p.currency, p.dimension_set_id, p.amount,
               p.base_amount
        FROM pair JOIN postings p ON p.entry_id = pair.id
    )
    SELECT (SELECT count(*) FROM pair) AS compared, coalesce(
        (SELECT min(format('Entry %s reverses an entry that does not exist, is a reversal itself '
                           'or is of another company.', id))
         FROM pair WHERE original IS NULL OR kind = 'reversal' OR NOT is_of_company),
        (SELECT min(format('Entry %s is reversed more than once.', original)) FROM twice),
        (SELECT min(format('Entry %s is no mirror of the entry that it reverses: posting %s.',
                           id, line))
         FROM made FULL JOIN mirrored USING (id, line)
         WHERE (made.account_id, made.currency, made.dimension_set_id, made.amount,
                made.base_amount)
            IS DISTINCT FROM (mirrored.account_id, mirrored.currency, mirrored.dimension_set_id,
                mirrored.amount, mirrored.base_amount))
    ) AS difference
"""

COMPARISONS = (
    query("entries_balance", "Entries balance in each currency and in the base currency", BALANCED),
    query("entries_are_whole", "Entries have two postings or more, counted from one", WHOLE),
    query("postings_keep_to_accounts", "Postings are as entry and account allow", POSTINGS),
    query("references_exist", "What entries name exists", REFERENCES),
    query("kinds_are_known", "Kinds, vouchers and modules are known", KINDS),
    query("reversals_mirror", "Reversals mirror their originals, once each", REVERSALS),
)
