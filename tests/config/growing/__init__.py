"""A room in small, with a schema that grows: for the rehearsal of a migration beside a working book."""
