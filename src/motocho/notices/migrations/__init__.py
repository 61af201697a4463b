"""Changes of the schema of notices, in order."""
