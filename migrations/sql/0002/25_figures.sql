-- What statements read besides balances and day movements: the few entries of rare kinds.

-- Closing, opening and revaluation entries are left out of or singled out by statements; an
-- ordinary entry costs this index nothing.
CREATE INDEX journal_entries_kind ON journal_entries (tenant_id, company_id, kind, entry_date)
    WHERE kind IN ('opening', 'closing', 'revaluation');
