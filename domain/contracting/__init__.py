"""Rules of contracts for works and their certificates."""
