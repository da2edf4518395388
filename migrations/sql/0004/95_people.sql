-- Secrets of the edge are read by its login alone.

REVOKE SELECT ON passwords, sessions, refresh_tokens, sign_in_failures, invitations, api_key_secrets
    FROM kontor_app, kontor_reader;
