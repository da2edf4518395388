-- Back to persons whose logins have no password and whose roles nobody granted by a process.

ALTER TABLE role_grants DROP COLUMN granted_by, DROP COLUMN revoked_by;
REVOKE INSERT ON persons FROM kontor_app;
REVOKE INSERT, UPDATE ON users, role_grants FROM kontor_app;
DROP FUNCTION only_tenant();
DROP FUNCTION audit_note(text, uuid, text, jsonb);
DROP TABLE audit_log, api_key_uses, api_key_secrets, api_keys, invitations, sign_in_failures,
    refresh_tokens, sessions, passwords;
