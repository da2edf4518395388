"""What is certified to contractors."""
