-- Inboxes: the open tasks of a role, and those that were escalated to one, newest first.

CREATE INDEX tasks_open_role ON tasks (tenant_id, role, opened_at, id) WHERE state = 'open';
CREATE INDEX tasks_open_escalated_to ON tasks (tenant_id, escalated_to, opened_at, id)
    WHERE state = 'open' AND escalated_to IS NOT NULL;
