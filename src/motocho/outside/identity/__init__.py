"""Whoever identifies people for us at a distance, as types and a folder [本人確認の事業者].

The port: a request goes out, a sealed result comes in, by one of four ways. Whether a result is
enough, by the law of its day, is said by `screening.identity` and nowhere here. A vendor's own
interface goes in the place of `Tray`: it must keep what `Vendor` says.
"""

from motocho.outside.identity.terms import Face, Outcome, Read, Request, Result, Way
from motocho.outside.identity.tray import (
    SECRET,
    SITE,
    VARIABLE,
    Tray,
    Vendor,
    folder,
    from_environment,
    is_connected,
    lay_document,
    seal_of,
    site,
)

__all__ = [
    "SECRET",
    "SITE",
    "VARIABLE",
    "Face",
    "Outcome",
    "Read",
    "Request",
    "Result",
    "Tray",
    "Vendor",
    "Way",
    "folder",
    "from_environment",
    "is_connected",
    "lay_document",
    "seal_of",
    "site",
]
