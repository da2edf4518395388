"""Floors, peers and ours, side by side in one run."""
