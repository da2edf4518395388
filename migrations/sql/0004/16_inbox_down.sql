DROP INDEX tasks_open_escalated_to, tasks_open_role;
