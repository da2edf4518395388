-- The audit log without its seals.

DROP FUNCTION audit_seal(bytea, xid8, uuid, bytea), audit_draft_seal(integer, bytea),
    audit_seal_head(bytea, xid8, uuid), audit_leaves(xid8, uuid, xid8, uuid);
DROP TABLE audit_seals;
