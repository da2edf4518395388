"""Telling people what happens in processes: who is told what, by which channel, exactly once."""
