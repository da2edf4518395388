"""Tests mirror the layers; names are sentences; asha makes, bina checks, chand audits."""
