"""The journal entry and its notation."""
