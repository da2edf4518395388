"""Selections: lists frozen as somebody saw them, and what was done to each of their items."""
