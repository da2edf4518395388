"""Kontor broken on purpose: crash points, kills, repeated deliveries, unknown outcomes."""
