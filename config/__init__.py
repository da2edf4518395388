"""What operators change: definitions, charts, roles; and the one reader of the environment."""
