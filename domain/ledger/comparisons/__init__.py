"""Comparisons: everything the ledger keeps, recomputed from raw postings, a named query each."""
