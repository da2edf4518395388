"""Limits, delegations and the ladder of decisions."""
