"""Statements, comparisons and findings as text for a terminal [端末の表]."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from motocho.claims import layouts
from motocho.claims.layouts import Layout
from motocho.claims.scenarios import Comparison, Difference
from motocho.claims.statement import Statement
from motocho.cli._grid import GAP, line, padded, pairs, widths
from motocho.documents.sheet import Align, FigureKind, LineKind
from motocho.units.errors import Language
from motocho.units.text import display_width


def text(statement: Statement, layout: Layout, language: Language) -> str:
    """A statement as one text: subject, rows, result, conditions, notes [計算書の表示]."""
    table = layouts.table(statement, layout, language)
    body = [list(cells) for _, cells in table.rows]
    wide = widths([list(table.headers), *body])
    whole = sum(wide) + len(GAP) * (len(wide) - 1)
    rule = "─" * whole
    lines = [table.title, *(f"{label}  {said}" for label, said in table.subject), rule]
    lines += [line(table.headers, wide, table.aligns), rule]
    for kind, cells in table.rows:
        if kind is LineKind.TOTAL:
            lines.append(rule)
        lines.append(line(cells, wide, table.aligns))
    lines += ["═" * whole, *_figures(table.figures), ""]
    lines += [table.conditions_title, pairs(table.conditions), ""]
    lines.append(pairs(table.notes))
    return "\n".join(one.rstrip() for one in lines) + "\n"


def _figures(figures: Sequence[tuple[FigureKind, tuple[str, str]]]) -> Iterator[str]:
    label_width = max((display_width(pair[0]) for _, pair in figures), default=0)
    value_width = max((display_width(pair[1]) for _, pair in figures), default=0)
    for kind, (label, value) in figures:
        if kind is FigureKind.TOTAL:
            yield "═" * (label_width + len(GAP) + value_width)
        yield padded(label, label_width, Align.LEFT) + GAP + padded(value, value_width, Align.RIGHT)


_RESULT_ROWS = (
    ("claim_yen", "請求額(過払金と利息)", "claim (overpayment and interest)"),
    ("overpayment_yen", "過払金(訴額)", "overpayment (amount in dispute)"),
    ("overpayment_interest_yen", "過払利息", "overpayment interest"),
    ("outstanding_principal_yen", "残元金", "outstanding principal"),
    ("unpaid_interest_yen", "未払利息", "unpaid interest"),
    ("first_overpaid_on", "過払いになった日", "first overpaid on"),
)


def comparison_text(comparison: Comparison, language: Language) -> str:
    """Scenarios side by side, their deltas, and where they part [比較の表示]."""
    japanese = language is Language.JA
    document = comparison.document()
    names = [scenario["name"] for scenario in document["scenarios"]]
    rows = [["", *names]]
    for key, label_ja, label_en in _RESULT_ROWS:
        values = [scenario["result"][key] for scenario in document["scenarios"]]
        rows.append([label_ja if japanese else label_en, *map(_shown, values)])
    wide = widths(rows)
    aligns = [Align.LEFT, *([Align.RIGHT] * len(names))]
    lines = [line(row, wide, aligns).rstrip() for row in rows]
    for delta in document["deltas"]:
        lines.append("")
        signed = f"{delta['claim_yen']:+,}" if isinstance(delta["claim_yen"], int) else "≠"
        who = f"{delta['second']} − {delta['first']}"
        lines.append(f"{who}: {signed}円" if japanese else f"{who}: {signed} yen")
        parting = delta["parts_at"]
        if parting is None:
            lines.append("どの行も同じです" if japanese else "no row differs")
        else:
            lines.append(parting["sentence_ja"] if japanese else parting["sentence_en"])
    return "\n".join(lines)


def difference_text(difference: Difference, language: Language) -> str:
    """What was found out about the other side's sheet [相手方計算書の表示]."""
    japanese = language is Language.JA
    document = difference.document()
    agreeing = f"{document['agreeing_rows']}/{document['printed_rows']}"
    lines = [f"再現できた行 {agreeing}" if japanese else f"rows reproduced: {agreeing}"]
    own = document["differs_from_court"]
    lines.append("裁判所の約束ごととちがう点:" if japanese else "Where it differs from court:")
    lines += [f"  {key} = {_shown(value)}" for key, value in own.items()] or [
        "  なし" if japanese else "  nothing"
    ]
    if document["undetermined"]:
        lines.append(
            "この計算書からは決まらない点:" if japanese else "What this sheet does not show:"
        )
        lines += [
            f"  {key} = {document['assumptions'][key]} | {' | '.join(values)}"
            for key, values in document["undetermined"].items()
        ]
    unexplained = document["first_unexplained"]
    if unexplained:
        lines.append(unexplained["sentence_ja"] if japanese else unexplained["sentence_en"])
    for event in document["other_events"]:
        where = {"ours": "当方だけ", "theirs": "相手方だけ"}[event["only_in"]]
        side = where if japanese else f"only in {event['only_in']}"
        lines.append(f"{side}: {event['date']} {event['kind']} {_shown(event['amount_yen'])}")
    return "\n".join(lines)


def _shown(value: object) -> str:
    if value is None:
        return "—"
    return f"{value:,}" if isinstance(value, int) else str(value)
