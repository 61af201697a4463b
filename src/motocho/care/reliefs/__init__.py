"""Reliefs: who asked for a talk, what we can offer, what was promised and paid [返済の提案].

consultations.book(cursor, member_id, Wanted(...), source, at)   an hour to talk
ways = scenarios.beside(cursor, key, Told(...), on)     each reckoned by the kernel
offer = offers.make(cursor, key, draft, source, way)    kept, and told to the member
offers.agree(cursor, offer, agreed, way)                arrangement, promise, hold: one transaction
"""

from motocho.care.reliefs import consultations, limits, offers, paydays, promises, scenarios

__all__ = ["consultations", "limits", "offers", "paydays", "promises", "scenarios"]
