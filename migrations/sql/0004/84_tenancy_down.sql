-- A right or a limit of one branch ends: without its branch it would count everywhere.

UPDATE role_grants SET revoked_at = now()
    WHERE branch IS NOT NULL AND (revoked_at IS NULL OR revoked_at > now());
ALTER TABLE approval_limits DROP COLUMN branch;
ALTER TABLE role_grants DROP COLUMN branch;
DROP INDEX processes_branch;
ALTER TABLE processes DROP COLUMN branch;
