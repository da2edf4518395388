-- Budgets.

CREATE FUNCTION check_budgets(entries entry_in[], lines posting_in[]) RETURNS jsonb
LANGUAGE sql
AS $$ SELECT '{}'::jsonb $$;
