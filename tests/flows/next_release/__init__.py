"""A release as it could come next: it adds a column, an index and a check while the book is used."""
