"""What a definition may have done at a stage beside posting: operations on the book, by name."""
