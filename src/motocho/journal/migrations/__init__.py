"""Changes of the journal's schema, in order."""
