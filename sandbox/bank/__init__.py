"""The simulated bank: a process with its own log, which shares no code with the product."""
