"""What a process is about: content, hash, unique keys."""
