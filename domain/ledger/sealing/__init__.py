"""Sealing: entries in signed, chained batches, proofs and packs of them, and their verification."""
