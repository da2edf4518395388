-- Takes everything of the first revision away again.
DROP TABLE idempotency_keys, archived_histories, partner_calls, events, evidence, effects, exceptions,
    decisions, tasks, document_keys, documents, processes, definitions, voucher_numbers, number_series,
    day_movements, balances, postings, journal_entries, periods, dimension_sets, accounts, parties,
    role_grants, users, persons, companies CASCADE;
DROP FUNCTION tenant_ids(), business_now(), business_today(), fiscal_year_of(date);
DROP TABLE tenants;
DROP FUNCTION ledger_open_account(uuid, text, text, text, date), ledger_set_period(uuid, text, uuid, text),
    ledger_open_year(uuid, date), ledger_reverse(uuid, date, text, text, uuid),
    ledger_post(jsonb, boolean), post_batch(jsonb, boolean), write_within_range(entry_in[], posting_in[]),
    write_entries(entry_in[], posting_in[]), add_dimension_sets(posting_in[]),
    write_number(text, text, bigint), draw_numbers(entry_in[]), hold_periods(entry_in[]),
    refusals(entry_in[], posting_in[]), read_postings(entry_in[]), read_entries(jsonb), check_balance(),
    refuse_change(), refuse(text, text, jsonb), current_tenant();
DROP TYPE entry_outcome, posting_in, entry_in;
