-- Periods of the book: which take entries, who may still post in them, and years.

-- Holds each period against a lock until commit, and says which entries it refuses.
CREATE FUNCTION hold_periods(entries entry_in[])
RETURNS TABLE (ordinal integer, code text, message text)
LANGUAGE plpgsql
AS $$
DECLARE
    held jsonb;
BEGIN
    -- A statement of its own: what it reads after waiting for a lock is the period's new state.
    WITH day AS MATERIALIZED (SELECT DISTINCT company_id, entry_date FROM unnest(entries))
    SELECT jsonb_agg(p) INTO held
    FROM (
        SELECT company_id, starts_on, ends_on, state FROM periods
        WHERE tenant_id = current_tenant() AND EXISTS (
            SELECT FROM day WHERE day.company_id = periods.company_id
            AND day.entry_date BETWEEN periods.starts_on AND periods.ends_on)
        ORDER BY id FOR KEY SHARE
    ) AS p;
    RETURN QUERY
    SELECT e.ordinal,
           CASE WHEN h.state IS NULL THEN 'period_must_exist' ELSE 'period_locked' END,
           CASE WHEN h.state IS NULL
                THEN format('No period holds %s. Open the fiscal year first.', e.entry_date)
                ELSE format('The entry is dated %s, but %s is %s. Use a date in an open period or ask for the period to be reopened.',
                            e.entry_date, to_char(h.starts_on, 'FMMonth YYYY'), h.state) END
    FROM unnest(entries) AS e
    LEFT JOIN LATERAL (
        SELECT h.state, h.starts_on
        FROM jsonb_to_recordset(held) AS h (company_id uuid, starts_on date, ends_on date, state text)
        WHERE h.company_id = e.company_id AND e.entry_date BETWEEN h.starts_on AND h.ends_on
    ) AS h ON true
    WHERE h.state IS DISTINCT FROM 'open';
END $$;
