-- Of which branch a process is, and at which a role or a limit counts. A branch is named by its code,
-- which never changes; without one a role or limit counts at every branch.

ALTER TABLE processes ADD COLUMN branch text,
    ADD FOREIGN KEY (tenant_id, branch) REFERENCES branches (tenant_id, code);
CREATE INDEX processes_branch ON processes (tenant_id, branch, created_at) WHERE branch IS NOT NULL;

ALTER TABLE role_grants ADD COLUMN branch text,
    ADD FOREIGN KEY (tenant_id, branch) REFERENCES branches (tenant_id, code),
    ADD CONSTRAINT role_of_the_tenant_is_of_all_branches
        CHECK (branch IS NULL OR role NOT IN ('owner', 'admin', 'auditor', 'engineer'));

ALTER TABLE approval_limits ADD COLUMN branch text,
    ADD FOREIGN KEY (tenant_id, branch) REFERENCES branches (tenant_id, code);
