-- What only later exceptions can say is lost: the engine's troubles, proposals, assignments, and that a
-- step is under way again, which then counts as repaired.

DROP TABLE repair_proposals;
DROP INDEX exceptions_unresolved;
ALTER TABLE exceptions DROP CONSTRAINT a_repair_names_who_chose_it,
    DROP CONSTRAINT what_is_resolved_says_since_when, DROP CONSTRAINT what_is_not_open_names_its_way;
ALTER TABLE exceptions NO FORCE ROW LEVEL SECURITY;
DELETE FROM exceptions WHERE kind <> 'step';
UPDATE exceptions SET state = 'resolved', resolved_at = opened_at WHERE state = 'retrying';
ALTER TABLE exceptions FORCE ROW LEVEL SECURITY;
ALTER TABLE exceptions DROP CONSTRAINT exceptions_state_check,
    ADD CONSTRAINT exceptions_state_check CHECK (state IN ('open', 'resolved')),
    DROP COLUMN kind, DROP COLUMN definite, DROP COLUMN tries,
    DROP COLUMN assigned_person, DROP COLUMN assigned_role,
    ADD CONSTRAINT a_resolved_exception_names_its_resolver
        CHECK ((state = 'open') = (resolved_by IS NULL) AND (state = 'open') = (resolution IS NULL));
