-- What only later definitions can say is lost: tasks that are neither approval nor correction or were
-- one of several, with their decisions; and processes without an amount are about nothing in the company's currency.

ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY;
ALTER TABLE processes NO FORCE ROW LEVEL SECURITY;
ALTER TABLE companies NO FORCE ROW LEVEL SECURITY;
ALTER TABLE decisions NO FORCE ROW LEVEL SECURITY;
ALTER TABLE decisions DISABLE TRIGGER stay;
CREATE TEMPORARY TABLE unknown_tasks ON COMMIT DROP AS SELECT tenant_id, id FROM tasks AS t
WHERE kind = 'action' OR EXISTS (
    SELECT FROM tasks AS o WHERE o.tenant_id = t.tenant_id AND o.process_id = t.process_id
    AND o.kind = t.kind AND o.round = t.round AND o.level = t.level AND o.id < t.id);
DELETE FROM decisions WHERE (tenant_id, task_id) IN (SELECT tenant_id, id FROM unknown_tasks);
DELETE FROM tasks WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM unknown_tasks);
ALTER TABLE decisions ENABLE TRIGGER stay;
ALTER TABLE decisions FORCE ROW LEVEL SECURITY;
UPDATE processes AS p SET amount = 0, currency = c.base_currency FROM companies AS c
WHERE c.tenant_id = p.tenant_id AND c.id = p.company_id AND p.amount IS NULL;
UPDATE tasks AS t SET amount = p.amount, currency = p.currency FROM processes AS p
WHERE p.tenant_id = t.tenant_id AND p.id = t.process_id AND t.amount IS NULL;
ALTER TABLE tasks FORCE ROW LEVEL SECURITY;
ALTER TABLE processes FORCE ROW LEVEL SECURITY;
ALTER TABLE companies FORCE ROW LEVEL SECURITY;

ALTER TABLE tasks DROP COLUMN stage, DROP COLUMN seat,
    DROP CONSTRAINT amount_has_currency,
    DROP CONSTRAINT tasks_kind_check,
    ADD CONSTRAINT tasks_kind_check CHECK (kind IN ('approval', 'correction')),
    ADD CONSTRAINT tasks_tenant_id_process_id_kind_round_level_key UNIQUE (tenant_id, process_id, kind, round, level),
    ALTER COLUMN amount SET NOT NULL, ALTER COLUMN currency SET NOT NULL;
ALTER TABLE processes DROP COLUMN makers, DROP CONSTRAINT amount_has_currency,
    ALTER COLUMN amount SET NOT NULL, ALTER COLUMN currency SET NOT NULL;
