-- Open tasks in numbers: processes of several makers, a task each at its second level, the first one
-- decided. A tenth waits for finance_head, every thousandth for the treasurer, every hundredth was
-- escalated to the owner. Filled by the owner of the tables, past the processes.

INSERT INTO definitions (hash, type, content) VALUES (:hash, 'invoice_approval', :content)
ON CONFLICT DO NOTHING;

INSERT INTO processes (tenant_id, id, type, definition_hash, workflow_id, reference, subject, company_id,
    document_id, status, stage, stage_since, amount, currency, business_date, request_hash, created_by,
    created_by_user, makers, sequence, created_at, updated_at)
SELECT :tenant, id, 'invoice_approval', :hash, 'bench/' || n, 'B-' || n, 'Subject ' || n, :company, id, 'waiting',
    'approval', at, n, 'INR', CURRENT_DATE, 'x',
    CASE n % 3 WHEN 0 THEN :checker ELSE :maker END, CASE n % 3 WHEN 0 THEN :checker_user ELSE :maker_user END,
    ARRAY[CASE n % 3 WHEN 0 THEN :checker ELSE :maker END], 1, at, at
FROM (SELECT n, uuidv7() AS id, now() - n * interval '1 second' AS at
      FROM generate_series(1, :count) AS n) AS numbered;

INSERT INTO tasks (tenant_id, id, process_id, kind, stage, round, level, levels, seat, role, escalated_to, title, amount,
    currency, subject_hash, state, opened_at, closed_at, sequence)
SELECT :tenant, uuidv7(), p.id, 'approval', 'approval', 1, level, 2, 1,
    CASE WHEN p.amount % 1000 = 0 THEN 'treasurer' WHEN p.amount % 10 = 0 THEN 'finance_head'
        ELSE 'finance_approver' END,
    CASE WHEN level = 2 AND p.amount % 100 = 1 THEN 'owner' END, p.subject, p.amount, 'INR', 'x',
    CASE level WHEN 1 THEN 'decided' ELSE 'open' END, p.created_at,
    CASE level WHEN 1 THEN p.created_at END, level
FROM processes AS p CROSS JOIN generate_series(1, 2) AS level WHERE p.workflow_id LIKE 'bench/%';

INSERT INTO decisions (tenant_id, task_id, process_id, action, person_id, user_id, subject_hash, decided_at)
SELECT :tenant, t.id, t.process_id, 'approve',
    CASE t.amount % 4 WHEN 0 THEN :checker ELSE :maker END,
    CASE t.amount % 4 WHEN 0 THEN :checker_user ELSE :maker_user END, 'x', t.opened_at
FROM tasks AS t WHERE t.state = 'decided';
