"""Reliefs: what a consultation can offer, what it offered, what was promised and paid [返済の提案].

ways = scenarios.beside(cursor, key, Told(...), on)     each reckoned by the kernel
offer = offers.make(cursor, key, draft, source, way)    kept, and told to the member
offers.agree(cursor, offer, agreed, way)                arrangement, promise, hold: one transaction
"""

from motocho.care.reliefs import limits, offers, promises, scenarios

__all__ = ["limits", "offers", "promises", "scenarios"]
