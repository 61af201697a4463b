"""Days that bore interest or damages, with their exact yen [計算区間]."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from motocho.kernel.accrual import TICKS_PER_YEN, Span, span_between, weight_of
from motocho.kernel.conventions import YearBasis
from motocho.kernel.revolving import Piece, PieceKind

DECIMALS = 2
"""Decimals of the uncut yen that are shown; they are cut there, not rounded."""


@dataclass(frozen=True, slots=True)
class Charged:
    """Days of one rate on one amount [計算区間]; both days are counted."""

    from_on: date
    to_on: date
    days: int
    amount_yen: int
    rate_ppm: int
    kind: PieceKind
    span: Span
    """The days of common years and of leap years: 1/365 and 1/366 of a year each."""
    ticks: int
    """What they bore, exact (`kernel.accrual`)."""

    def document(self) -> dict[str, Any]:
        """The days as JSON [公開形式]."""
        return {
            "from_on": str(self.from_on),
            "to_on": str(self.to_on),
            "days": self.days,
            "amount_yen": self.amount_yen,
            "rate_ppm": self.rate_ppm,
            "kind": self.kind.public_name,
            "uncut_yen": uncut_text(self.ticks),
        }


def charged(pieces: Iterable[Piece]) -> tuple[Charged, ...]:
    """Pieces with their exact yen; neighbours that bear the same are joined [計算区間の一覧].

    Exact     the ticks of the joined days are the sum of theirs.
    """
    joined: list[Piece] = []
    for piece in pieces:
        place = next(
            (
                at
                for at in range(max(0, len(joined) - 2), len(joined))
                if joined[at]._replace(first=piece.first, last=piece.last) == piece
                and joined[at].last == piece.first - 1
            ),
            None,
        )
        if place is None:
            joined.append(piece)
        else:
            joined[place] = joined[place]._replace(last=piece.last)
    return tuple(_charged(piece) for piece in joined)


def _charged(piece: Piece) -> Charged:
    span = span_between(piece.first, piece.last, YearBasis.CALENDAR)
    return Charged(
        from_on=date.fromordinal(piece.first),
        to_on=date.fromordinal(piece.last),
        days=piece.last - piece.first + 1,
        amount_yen=piece.amount_yen,
        rate_ppm=piece.rate_ppm,
        kind=piece.kind,
        span=span,
        ticks=piece.amount_yen * piece.rate_ppm * weight_of(span),
    )


def uncut_text(ticks: int) -> str:
    """Exact yen with its first decimals, cut; exact values end without an ellipsis [端数つきの円].

    >>> uncut_text(TICKS_PER_YEN * 5 // 2), uncut_text(TICKS_PER_YEN // 3)
    ('2.50', '0.33…')
    """
    scale = 10**DECIMALS
    cut, rest = divmod(ticks * scale, TICKS_PER_YEN)
    more = "…" if rest else ""
    return f"{cut // scale:,}.{cut % scale:0{DECIMALS}d}{more}"


def time_text(span: Span) -> str:
    """Days as sheets write them: over the days of their year [期間の表記].

    >>> time_text(Span(0, 11, 19)), time_text(Span(0, 30, 0))
    ('(11/365 + 19/366)', '30/365')
    """
    parts = []
    if span.common_days:
        parts.append(f"{span.common_days}/365")
    if span.leap_days:
        parts.append(f"{span.leap_days}/366")
    return parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"
