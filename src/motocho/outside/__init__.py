"""Outside: everyone else's systems, one module each [外部].

Holds   the clock; PostgreSQL; the bank as files and orders; e-mail; fakes
Takes   our requests
Gives   their answers as our types
Never   a decision
"""
