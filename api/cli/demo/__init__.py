"""The main job, performed against a running API with its assertions: `kontor demo`."""
