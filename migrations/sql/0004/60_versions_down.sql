-- Drafts and versions are lost; what was released stays, since processes pin it.

DROP TABLE definition_versions;
DROP TABLE definition_drafts;
