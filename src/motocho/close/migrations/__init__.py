"""Changes of the schema of close, in order."""
