-- Parties stay as they are now; what they were, products and branches are lost.

DROP INDEX processes_under_way;
DROP TABLE master_versions, branches, products;
REVOKE INSERT, UPDATE ON parties FROM kontor_app;
DROP TRIGGER count_version ON parties;
DROP TRIGGER keep_version ON parties;
DROP FUNCTION keep_version(), count_version();
ALTER TABLE parties DROP COLUMN pan, DROP COLUMN version, DROP COLUMN changed_by,
    DROP COLUMN changed_in, DROP COLUMN checked_by;
