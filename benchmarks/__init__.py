"""Floors, peers and ours, side by side: `python -m benchmarks --help` tells."""
