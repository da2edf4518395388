"""Process definitions: their model, their proof at load, and what they say of an input."""
