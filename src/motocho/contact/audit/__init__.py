"""Audit: who saw, changed and called what, in one list that only grows [監査].

page = trail.page(cursor, Wanted(...), ...)    a page of deeds, from a cursor on
"""

from motocho.contact.audit import trail

__all__ = ["trail"]
