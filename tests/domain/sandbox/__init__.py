"""Sandbox tenants without HTTP and without an engine."""
