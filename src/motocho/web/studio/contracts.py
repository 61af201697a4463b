"""Contracts of a case: which row belongs to which, and what speaks for one or several [契約].

A new contract begins at a row; the rows from there on belong to it until the next begins. Gaps and
payoffs are offered as places to begin. For each boundary the factors of 最判平20.1.18 are recorded
with the words that show them and the way they point; what they come to is for a person to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from motocho.office import cases
from motocho.office.cases import Case, SheetRow
from motocho.units.days import read_date
from motocho.units.errors import Fault, FaultyInput, Unread, clipped
from motocho.units.text import folded
from motocho.web import pages
from motocho.web.studio import frame
from motocho.web.words import said, say

FACTORS = (
    "length",
    "gap",
    "document_returned",
    "card_ended",
    "contact",
    "second_contract",
    "terms",
    "other",
)
"""What 最判平20.1.18 weighs: 期間, 空白期間, 契約書の返還, カードの失効, 接触, 経緯, 条件の異同."""
POINTS = ("", "joined", "separate")
LONG_GAP_DAYS = 180
MOST_OFFERED = 40
MOST_CONTRACTS = 20


class Begun(NamedTuple):
    """A contract that begins at a row [契約の始まり]."""

    contract: str
    row_no: int
    row: SheetRow
    gap_days: int | None
    """Days without a dealing before it."""


@require_http_methods(["GET", "HEAD", "POST"])
def contracts_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """Where contracts begin, and what was found about each boundary [契約の区切り]."""
    case = cases.load(case_id)
    if request.method != "POST":
        return _shown(request, case)
    try:
        starts = _starts(" ".join(request.POST.getlist("starts")), len(case.rows))
    except FaultyInput as error:
        return _shown(request, case, error)
    changed = [
        {"id": row.row_id, "column": "contract", "text": contract}
        for row, contract in zip(case.rows, _numbered(case, starts), strict=True)
        if row.contract != contract
    ]
    if changed:
        _do(request, case, [{"op": "set_cells", "cells": changed, "source": None}])
    back = "studio:chart" if request.POST.get("back") == "chart" else "studio:contracts"
    return HttpResponseRedirect(reverse(back, args=[case_id]))


@require_POST
def record_factors(request: HttpRequest, case_id: int) -> HttpResponse:
    """Record the factors of one boundary [事情の記録]."""
    case = cases.load(case_id)
    contract = request.POST.get("contract", "")[:_LONGEST_CONTRACT]
    operations: list[cases.Operation] = []
    for factor in FACTORS:
        words = request.POST.get(f"{factor}-words", "").strip()
        points_to = request.POST.get(f"{factor}-points", "")
        name = _name(contract, factor)
        wanted = (
            {"factor": factor, "contract": contract, "words": words, "points_to": points_to}
            if words or points_to in POINTS[1:]
            else None
        )
        known = case.findings.get(name)
        if (None if known is None else dict(known)) != wanted:
            operations.append({"op": "set_finding", "name": name, "finding": wanted})
    if operations:
        _do(request, case, operations)
    return HttpResponseRedirect(reverse("studio:contracts", args=[case_id]))


_LONGEST_CONTRACT = 20


def _name(contract: str, factor: str) -> str:
    return f"series:{contract}:{factor}"


def _starts(text: str, rows: int) -> list[int]:
    """The rows at which contracts begin, as somebody wrote their numbers.

    Raises    FaultyInput for what is no row of the case.
    """
    found: list[int] = []
    for part in folded(text).replace("、", " ").replace(",", " ").split():
        if not part.isascii() or not part.isdigit() or not 1 <= int(part) <= rows:
            details = {"last": str(rows)}
            raise FaultyInput(Fault("STU-035", excerpt=clipped(part), details=details))
        found.append(int(part))
    return sorted(set(found) - {1})[: MOST_CONTRACTS - 1]


def _numbered(case: Case, starts: Sequence[int]) -> list[str]:
    """The contract of each row; nothing is written where there is one contract alone."""
    if not starts:
        return ["" for _ in case.rows]
    number, found = 1, []
    for row_no in range(1, len(case.rows) + 1):
        number += row_no in starts
        found.append(str(number))
    return found


def _day(row: SheetRow) -> date | None:
    read = read_date(row.date) if row.date.strip() else None
    return None if read is None or isinstance(read, Unread) else read.on


def _begun(case: Case) -> list[Begun]:
    """The contracts as they stand, each with the gap before it."""
    found: list[Begun] = []
    for row_no, row in enumerate(case.rows, start=1):
        contract = row.contract.strip() or "1"
        if contract not in {one.contract for one in found}:
            found.append(Begun(contract, row_no, row, _gap(case, row_no)))
    return found


def _gap(case: Case, row_no: int) -> int | None:
    if row_no < 2:
        return None
    before, after = _day(case.rows[row_no - 2]), _day(case.rows[row_no - 1])
    return None if before is None or after is None else (after - before).days


def _offered(case: Case) -> list[Begun]:
    """Rows at which a contract may begin: after a long gap, or after the lender was paid off."""
    found = []
    for row_no, (before, row) in enumerate(pairwise(case.rows), start=2):
        days = _gap(case, row_no)
        paid_off = before.balance.strip() in {"0", "０"} and bool(before.repay.strip())
        if paid_off or (days is not None and days >= LONG_GAP_DAYS):
            found.append(Begun("", row_no, row, days))
    return found[:MOST_OFFERED]


def _shown(request: HttpRequest, case: Case, refused: FaultyInput | None = None) -> HttpResponse:
    tongue = pages.tongue_of(request)
    begun = _begun(case)
    typed = " ".join(str(one.row_no) for one in begun[1:])
    context: dict[str, Any] = {
        "begun": begun,
        "offered": _offered(case),
        "starts": " ".join(request.POST.getlist("starts")) or typed,
        "refused": [] if refused is None else [said(one, tongue) for one in refused.faults],
        "boundaries": [_boundary(case, one, tongue) for one in begun[1:]],
        "points": [
            {"value": value, "text": say(f"studio.contracts.points_{value or 'open'}", tongue)}
            for value in POINTS
        ],
    }
    status = 200 if refused is None else 422
    return frame.case_page(request, "studio/contracts.html", case, context, status=status)


def _boundary(case: Case, begun: Begun, tongue: Any) -> dict[str, Any]:
    return {
        "begun": begun,
        "factors": [
            {
                "factor": factor,
                "label": say(f"studio.factor.{factor}.label", tongue),
                "hint": say(f"studio.factor.{factor}.hint", tongue),
                "known": case.findings.get(_name(begun.contract, factor), {}),
            }
            for factor in FACTORS
        ],
    }


def _do(request: HttpRequest, case: Case, operations: Sequence[cases.Operation]) -> None:
    cases.apply(
        case.case_id,
        operations,
        actor=frame.actor_of(request),
        at=pages.moment(request),
        expected_seq=frame.seq_read(request, case),
    )
