"""Simulation: a seeded life of a lender, day by day [模擬運用].

Holds   fictional people with incomes and habits, what they and the lender do, what must hold
Takes   a seed, a number of members and years, a migrated database
Gives   a filled book, the same for the same seed, and proof that nothing in it disagrees
Never   a row written past a command, a real person, a rule of its own
"""
