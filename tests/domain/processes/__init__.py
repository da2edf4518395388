"""The rules of processes that need no database."""
