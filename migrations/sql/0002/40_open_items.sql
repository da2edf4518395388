-- Open items of receivables and payables.

CREATE FUNCTION add_open_items(entries entry_in[], lines posting_in[]) RETURNS void
LANGUAGE sql
AS $$ $$;
