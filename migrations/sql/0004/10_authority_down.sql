-- Limits and delegations are forgotten; a decision keeps the person who took it, not for whom.

ALTER TABLE processes DROP COLUMN concerned;
DROP INDEX documents_party_id;
DROP INDEX decisions_person_id;
ALTER TABLE decisions DROP COLUMN on_behalf_of, DROP COLUMN delegation_id;
DROP TABLE delegation_ends;
DROP TABLE delegations;
DROP TABLE approval_limits;
