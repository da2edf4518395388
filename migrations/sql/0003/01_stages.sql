-- Any definition may say at which stages a process waits, for whom, and about what amount if any.

-- Whoever entered the document or changed it since: none of them checks it.
ALTER TABLE processes ADD COLUMN makers uuid[] NOT NULL DEFAULT '{}';
ALTER TABLE processes NO FORCE ROW LEVEL SECURITY;
ALTER TABLE evidence NO FORCE ROW LEVEL SECURITY;
UPDATE processes AS p SET makers = ARRAY(SELECT p.created_by UNION SELECT e.person_id FROM evidence AS e
    WHERE e.tenant_id = p.tenant_id AND e.process_id = p.id AND e.step = 'amend_document');
ALTER TABLE evidence FORCE ROW LEVEL SECURITY;
ALTER TABLE processes FORCE ROW LEVEL SECURITY;
ALTER TABLE processes ALTER COLUMN makers DROP DEFAULT,
    ADD CONSTRAINT maker_is_among_the_makers CHECK (created_by = ANY (makers));
ALTER TABLE processes ALTER COLUMN amount DROP NOT NULL, ALTER COLUMN currency DROP NOT NULL,
    ADD CONSTRAINT amount_has_currency CHECK ((amount IS NULL) = (currency IS NULL));
ALTER TABLE tasks ALTER COLUMN amount DROP NOT NULL, ALTER COLUMN currency DROP NOT NULL,
    ADD CONSTRAINT amount_has_currency CHECK ((amount IS NULL) = (currency IS NULL)),
    ADD COLUMN stage text,
    ADD COLUMN seat integer NOT NULL DEFAULT 1,
    DROP CONSTRAINT tasks_kind_check,
    ADD CONSTRAINT tasks_kind_check CHECK (kind IN ('approval', 'correction', 'action')),
    DROP CONSTRAINT tasks_tenant_id_process_id_kind_round_level_key;
ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY;
UPDATE tasks SET stage = kind;
ALTER TABLE tasks FORCE ROW LEVEL SECURITY;
ALTER TABLE tasks ALTER COLUMN stage SET NOT NULL;
ALTER TABLE tasks ALTER COLUMN seat DROP DEFAULT,
    ADD UNIQUE (tenant_id, process_id, stage, round, level, seat);
