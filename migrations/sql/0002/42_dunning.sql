-- Reminders that were sent: which items they named, at which level. No item twice at one level.

CREATE TABLE reminders (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    party_id uuid NOT NULL,
    currency char(3) NOT NULL,
    level smallint NOT NULL CHECK (level > 0),
    sent_on date NOT NULL,
    amount bigint NOT NULL,
    effect_key text NOT NULL,
    content_hash bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, effect_key),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies (tenant_id, id),
    FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id)
);
CREATE INDEX reminders_party_id ON reminders (tenant_id, party_id, sent_on);

CREATE TABLE reminder_items (
    tenant_id uuid NOT NULL REFERENCES tenants,
    entry_id uuid NOT NULL,
    line integer NOT NULL,
    level smallint NOT NULL,
    reminder_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, entry_id, line, level),
    FOREIGN KEY (tenant_id, reminder_id) REFERENCES reminders (tenant_id, id),
    FOREIGN KEY (tenant_id, entry_id, line) REFERENCES open_items (tenant_id, entry_id, line)
);
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON reminders
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON reminder_items
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Records a reminder that was sent: {key, content, company, party, currency, level, sent_on, items}.
CREATE FUNCTION ledger_record_dunning(stated jsonb) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
DECLARE
    tenant constant uuid := current_tenant();
    made constant uuid := uuidv7();
    asked constant integer := jsonb_array_length(stated->'items');
    held reminders;
    overdue record;
BEGIN
    INSERT INTO reminders (tenant_id, id, company_id, party_id, currency, level, sent_on, amount, effect_key, content_hash)
    SELECT tenant, made, (stated->>'company')::uuid, (stated->>'party')::uuid, stated->>'currency',
           (stated->>'level')::smallint, (stated->>'sent_on')::date, coalesce(sum(o.open_amount), 0),
           stated->>'key', decode(stated->>'content', 'hex')
    FROM jsonb_array_elements(stated->'items') AS item
    JOIN open_items AS o ON o.tenant_id = tenant AND o.entry_id = (item->>'entry')::uuid
        AND o.line = (item->>'line')::integer
    ON CONFLICT (tenant_id, effect_key) DO NOTHING;
    IF NOT FOUND THEN
        SELECT * INTO held FROM reminders WHERE tenant_id = tenant AND effect_key = stated->>'key';
        IF held.content_hash <> decode(stated->>'content', 'hex') THEN
            PERFORM refuse('effect_key_must_have_one_content', format(
                'The key %L was first used at %s for another reminder. Use a key of its own for each.',
                stated->>'key', held.recorded_at));
        END IF;
        RETURN held.id;
    END IF;
    SELECT count(*) AS known, coalesce(bool_and(o.open_amount > 0 AND o.due_date < (stated->>'sent_on')::date), true) AS are
    INTO overdue
    FROM (SELECT DISTINCT item FROM jsonb_array_elements(stated->'items') AS item) AS items
    JOIN open_items AS o ON o.tenant_id = tenant AND o.entry_id = (item->>'entry')::uuid
        AND o.line = (item->>'line')::integer AND o.company_id = (stated->>'company')::uuid
        AND o.party_id = (stated->>'party')::uuid AND o.currency = stated->>'currency';
    IF overdue.known = 0 OR overdue.known < asked THEN
        PERFORM refuse('item_must_exist', format(
            '%s of %s items named in the reminder are receivables of that party in %s. Name those that are, each once.',
            overdue.known, asked, stated->>'currency'));
    END IF;
    IF NOT overdue.are THEN
        PERFORM refuse('item_must_be_overdue', format(
            'An item named in the reminder is settled, or not overdue on %s. Leave it out.', stated->>'sent_on'));
    END IF;
    INSERT INTO reminder_items (tenant_id, entry_id, line, level, reminder_id)
    SELECT tenant, (item->>'entry')::uuid, (item->>'line')::integer, (stated->>'level')::smallint, made
    FROM jsonb_array_elements(stated->'items') AS item ORDER BY 2, 3
    ON CONFLICT DO NOTHING;
    IF asked > (SELECT count(*) FROM reminder_items WHERE tenant_id = tenant AND reminder_id = made
                AND (entry_id, line) IN (SELECT (item->>'entry')::uuid, (item->>'line')::integer
                                         FROM jsonb_array_elements(stated->'items') AS item)) THEN
        PERFORM refuse('level_must_be_sent_once', format(
            'A reminder of level %s was already sent for an item. Send the next level when it is due.',
            stated->>'level'));
    END IF;
    RETURN made;
END $$;
