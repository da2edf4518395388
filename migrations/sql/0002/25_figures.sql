-- What statements read besides balances and day movements: the few entries of rare kinds.

-- Closing, opening and revaluation entries are left out of or singled out by statements; an
-- ordinary entry costs this index nothing.
CREATE INDEX journal_entries_kind ON journal_entries (tenant_id, company_id, kind, entry_date)
    WHERE kind IN ('opening', 'closing', 'revaluation');

-- sum() of bigint counts in numeric, which costs more than reading the row. This one stays bigint, and
-- like the columns themselves refuses what does not fit.
CREATE AGGREGATE total(bigint) (
    sfunc = int8pl, stype = bigint, initcond = '0', combinefunc = int8pl, parallel = safe
);
REVOKE ALL ON FUNCTION total(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION total(bigint) TO kontor_app, kontor_reader;
