"""Tasks, levels and decisions: who may check what."""
