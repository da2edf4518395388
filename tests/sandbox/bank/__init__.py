"""Tests of the simulated bank, over its HTTP, as a stranger would use it."""
