"""The schema, its revisions and its guard."""
