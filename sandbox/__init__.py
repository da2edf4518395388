"""The outside world, simulated over real HTTP, and the demo tenant."""
