DROP INDEX processes_reference;
