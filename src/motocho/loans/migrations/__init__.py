"""Changes of the schema of loans, in order."""
