"""The servers of one machine: PostgreSQL, Temporal, the simulated bank and our own processes.

Start with `Stack`. Everything that can go wrong on a machine is a `LocalProblem`, one sentence
with its cure.
"""
