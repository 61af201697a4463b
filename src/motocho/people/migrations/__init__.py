"""Changes of the schema of people, in order."""
