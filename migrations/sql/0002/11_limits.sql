-- Floors and ceilings of accounts.

CREATE FUNCTION check_limits(lines posting_in[]) RETURNS jsonb
LANGUAGE sql
AS $$ SELECT '{}'::jsonb $$;
