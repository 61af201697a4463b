"""The demonstration: its book, the members and the staff who can sign in, and a morning [実演].

showcase.fill(plan, seals, told)                  the book, once
ready.prepare(cursor, old, at, business_on)       three members who can sign in
seats = colleagues.seat(cursor, at, business_on)  one of the staff in each role
morning.prepare(cursor, at, business_on)          what waits for them today
bureaus.join(cursor, at, business_on)             a bureau that answers applications
"""

from motocho.simulation.demonstration import bureaus, colleagues, morning, ready, showcase

__all__ = ["bureaus", "colleagues", "morning", "ready", "showcase"]
