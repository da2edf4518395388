-- What was started by another stays as a process of its own; by which is lost.

ALTER TABLE processes
    DROP COLUMN parent_id, DROP COLUMN parent_stage, DROP COLUMN child_name,
    DROP COLUMN child_item, DROP COLUMN child_attempt, DROP COLUMN withdrawn_by,
    DROP COLUMN withdrawal;
