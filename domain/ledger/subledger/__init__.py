"""Receivables and payables: what each party owes or is owed, and how it is settled."""
