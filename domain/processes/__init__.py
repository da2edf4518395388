"""The record of a process: projection, evidence, events, exceptions, effects."""
