-- Exceptions that stay until the step's effect stands, with whoever looks after them; what two people do
-- about one; and what the engine cannot get past.

ALTER TABLE exceptions
    ADD COLUMN kind text NOT NULL DEFAULT 'step' CHECK (kind IN ('step', 'workflow_task', 'activity')),
    -- Whether the business attempt ended with a definite no. Nobody knows of one that timed out.
    ADD COLUMN definite boolean NOT NULL DEFAULT false,
    ADD COLUMN tries integer NOT NULL DEFAULT 1 CHECK (tries > 0),
    ADD COLUMN assigned_person uuid,
    ADD COLUMN assigned_role text,
    ADD FOREIGN KEY (tenant_id, assigned_person) REFERENCES persons (tenant_id, id),
    ADD CONSTRAINT one_looks_after_it CHECK (assigned_person IS NULL OR assigned_role IS NULL),
    DROP CONSTRAINT exceptions_state_check,
    ADD CONSTRAINT exceptions_state_check CHECK (state IN ('open', 'retrying', 'resolved')),
    DROP CONSTRAINT a_resolved_exception_names_its_resolver,
    ADD CONSTRAINT what_is_not_open_names_its_way CHECK ((state = 'open') = (resolution IS NULL)),
    ADD CONSTRAINT a_repair_names_who_chose_it CHECK
        ((resolved_by IS NULL) = (state = 'open' OR (kind <> 'step' AND state = 'resolved'))),
    ADD CONSTRAINT what_is_resolved_says_since_when CHECK ((state = 'resolved') = (resolved_at IS NOT NULL));
-- A process has one parked step at a time, and the engine one trouble of a kind with it.
CREATE UNIQUE INDEX exceptions_unresolved ON exceptions (tenant_id, process_id, kind) WHERE state <> 'resolved';

-- What one person proposes to do about an exception, and another confirms: a corrected document, or a
-- step that is left out. `hash` is what the second person confirms.
CREATE TABLE repair_proposals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    exception_id uuid NOT NULL,
    way text NOT NULL CHECK (way IN ('fix', 'skip')),
    content jsonb,
    hash text NOT NULL,
    reason text NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'confirmed', 'dropped')),
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    confirmed_by uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, exception_id) REFERENCES exceptions (tenant_id, id),
    FOREIGN KEY (tenant_id, proposed_by) REFERENCES persons (tenant_id, id),
    FOREIGN KEY (tenant_id, confirmed_by) REFERENCES persons (tenant_id, id),
    CONSTRAINT a_fix_has_a_document CHECK ((way = 'fix') = (content IS NOT NULL)),
    CONSTRAINT what_is_confirmed_names_who_did CHECK ((state = 'confirmed') = (confirmed_by IS NOT NULL)),
    CONSTRAINT another_person_confirms CHECK (confirmed_by <> proposed_by)
);
CREATE UNIQUE INDEX repair_proposals_pending ON repair_proposals (tenant_id, exception_id) WHERE state = 'pending';
GRANT INSERT, UPDATE ON repair_proposals TO kontor_app;
