-- A right or a limit of one branch ends: without its branch it would count everywhere.

UPDATE role_grants SET revoked_at = now()
    WHERE branch IS NOT NULL AND (revoked_at IS NULL OR revoked_at > now());
ALTER TABLE approval_limits DROP COLUMN branch;
ALTER TABLE role_grants DROP COLUMN branch;
DROP INDEX processes_branch;
ALTER TABLE processes DROP COLUMN branch;

DROP FUNCTION end_invitations(uuid);
DELETE FROM invitations WHERE process_id IS NULL;
ALTER TABLE invitations ALTER COLUMN process_id SET NOT NULL;
REVOKE INSERT, UPDATE ON companies FROM kontor_app;
REVOKE UPDATE (name, gstin, pan, bank_account) ON companies FROM kontor_app;
ALTER TABLE companies DROP COLUMN pan;

REVOKE UPDATE (name, language) ON tenants FROM kontor_app;
DROP POLICY own_settings ON tenants;
ALTER TABLE tenants DROP COLUMN language;
