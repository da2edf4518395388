"""Other ledgers, each in a process of the peers' own environment. Nothing here imports ours.

Which environment that is, and what is in it: requirements/bench.in and the Makefile.
"""
