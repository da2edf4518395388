"""Reports shown."""
