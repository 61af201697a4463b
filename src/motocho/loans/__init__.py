"""Loans: agreements, and everything that may happen to one [契約].

Holds   products, agreements, events with what each did, refusals
Takes   commands, each one transaction, once per reference
Gives   entries posted, facts changed, positions of any day
Never   HTML, its own arithmetic
"""
