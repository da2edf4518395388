"""Settings, keys and the definitions that are shipped."""
