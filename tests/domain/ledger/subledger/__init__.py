"""Receivables and payables."""
