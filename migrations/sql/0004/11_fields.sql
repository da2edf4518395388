-- Fields that refer to other processes: looked up by their references, many at once.
CREATE INDEX processes_reference ON processes (tenant_id, reference);
