"""What is done: one transaction or one partner call each, idempotent, no decisions."""
