"""The command line: without an API, and against a running one."""
