-- Processes that another one started: which, for what, and that they were asked to be withdrawn.

ALTER TABLE processes
    ADD COLUMN parent_id uuid,
    -- The stage of the parent, the name there, the row (from 1), and the how manieth try.
    ADD COLUMN parent_stage text,
    ADD COLUMN child_name text,
    ADD COLUMN child_item integer,
    ADD COLUMN child_attempt integer,
    -- Who let the parent leave the stage, and why: the child may then be withdrawn.
    ADD COLUMN withdrawn_by uuid,
    ADD COLUMN withdrawal text,
    ADD FOREIGN KEY (tenant_id, parent_id) REFERENCES processes (tenant_id, id),
    ADD FOREIGN KEY (tenant_id, withdrawn_by) REFERENCES persons (tenant_id, id),
    ADD CONSTRAINT child_is_told_apart CHECK (
        num_nulls(parent_id, parent_stage, child_name, child_item, child_attempt) IN (0, 5)),
    ADD CONSTRAINT parent_is_another CHECK (parent_id <> id),
    ADD CONSTRAINT only_children_are_withdrawn CHECK (withdrawn_by IS NULL OR parent_id IS NOT NULL),
    ADD CONSTRAINT one_child_for_each UNIQUE
        (tenant_id, parent_id, parent_stage, child_name, child_item, child_attempt);
