"""The simulated message gateway: a process with its own log, which shares no code with us."""
