"""Changes of the ledger's schema, in order; `schema.sql` is the first and the place to read it."""
