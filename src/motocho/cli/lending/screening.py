"""`motocho screening …`: an application judged by its facts, and a decision made again [審査]."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from motocho.cli._files import read_bytes, toml_of
from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli._output import Output, language_of
from motocho.documents.sheet import Align
from motocho.outside import clock
from motocho.screening import decision
from motocho.screening.capacity import Finding
from motocho.screening.decision import Decision
from motocho.units.errors import Fault, FaultyInput
from motocho.units.money import rate_text, yen_text

app = typer.Typer(
    help="審査 / Screening of applications.", no_args_is_help=True, rich_markup_mode=None
)

FactsArgument = Annotated[
    str,
    typer.Argument(metavar="FACTS.toml", help="申込みの事実。- は標準入力 / Facts; - reads stdin."),
]
RecordArgument = Annotated[
    str,
    typer.Argument(metavar="DECISION.json", help="審査の記録 / The record of a decision."),
]


@app.command("capacity")
def capacity(
    facts_file: FactsArgument,
    on: Annotated[
        str | None,
        typer.Option(
            "--on", metavar="DATE", help="審査の日(今日) / Day of the decision.", show_default=False
        ),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """申込みの事実から、規則ごとの判定・年収・最高限度額を出す / Judge an application by its facts.

    --json は審査の記録(再現できる文書)を出します。/ With --json: the record, which replays.

    例 / Examples:  motocho screening capacity examples/screening.toml --on 2026-11-10 ·
    motocho screening capacity facts.toml --json > decision.json
    """
    output = Output(language_of(lang.value if lang else None))
    facts, offering = decision.read_application(*toml_of(facts_file))
    day = day_of(on, "--on") or clock.business_date()
    decided = decision.decide(facts, decision.policy_on(day, offering), day)
    if json_wanted:
        output.document(decision.document(decided))
        return
    output.data("\n".join(_lines(decided, output)))


@app.command("replay")
def replay(
    record: RecordArgument,
    law_on: Annotated[
        str | None,
        typer.Option(
            "--law-on",
            metavar="DATE",
            help="別の日の法令と比べる / Compare with the law of another day.",
            show_default=False,
        ),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """審査の記録から、その日の法令で同じ結果になるかを確かめる / Decide again from a record.

    例 / Examples:  motocho screening replay decision.json ·
    motocho screening replay decision.json --law-on 2022-03-31
    """
    output = Output(language_of(lang.value if lang else None))
    kept = _json(record)
    day = day_of(law_on, "--law-on")
    again = decision.replay(kept)
    changes = () if day is None else decision.compare(kept, day).changes
    if json_wanted:
        output.document(
            {
                "schema_version": decision.SCHEMA_VERSION,
                "same": again.same,
                "changed_tables": list(again.changed_tables),
                "rules_version": again.rules_version,
                "verdict": again.decision.verdict.value,
                "changes": [decision.plain(one) for one in changes],
            }
        )
        return
    output.data("\n".join(_replayed(again, output)))
    if day is not None:
        output.data("\n".join(_compared(changes, output)))


# -------------------------------------------------------------------------------------- reading
def _json(name: str) -> Mapping[str, Any]:
    data, shown = read_bytes(name)
    try:
        kept = json.loads(data)
    except ValueError:
        kept = None
    if not isinstance(kept, Mapping):
        raise FaultyInput(Fault("SCR-155", file=shown))
    return kept


# --------------------------------------------------------------------------------------- showing
def _lines(decided: Decision, output: Output) -> Iterator[str]:
    language = output.language
    yield output.text(f"審査 {decided.on}", f"Screening of {decided.on}")
    yield ""
    yield f"{output.text('結果', 'Result')}  {decision.verdict_word(decided.verdict, language)}"
    yield from _offered(decided, output)
    yield f"{output.text('年収', 'Income')}  {_yen(decided.income.value, output)}"
    ceilings = decided.ceilings
    with_income = _yen(ceilings.with_income_yen, output)
    without = _yen(ceilings.without_evidence_yen, output)
    yield f"{output.text('3分の1の枠の最高額', 'Highest within a third')}  {with_income}"
    yield f"{output.text('収入証明書のいらない最高額', 'Highest without evidence')}  {without}"
    yield ""
    yield _table(decided.findings, output)
    if decided.papers:
        yield ""
        yield output.text("書類", "Papers")
        yield _table(decided.papers, output)
    told = decided.told(language)
    if told:
        yield ""
        yield output.text("申込者への説明", "What the applicant is told")
        yield from (f"  {what}\n    → {fix}" for what, fix in told)


def _offered(decided: Decision, output: Output) -> Iterator[str]:
    offer = decided.offer
    if offer is None:
        return
    rate = "" if offer.rate_ppm is None else rate_text(offer.rate_ppm)
    limit = _yen(offer.limit_yen, output)
    persons = output.text(f"承認 {offer.persons}人", f"approved by {offer.persons}")
    yield f"{output.text('提示', 'Offer')}  {limit}  {rate}  {persons}"


def _table(findings: Sequence[Finding], output: Output) -> str:
    language = output.language
    head = output.text("規則|判定|内容|見た事実", "Rule|Answer|About|Facts").split("|")
    rows = [
        [
            one.rule_id,
            decision.outcome_word(one.outcome, language),
            _about(one, output),
            " · ".join(decision.fact_text(known, language) for known in one.known),
        ]
        for one in findings
    ]
    return grid(head, [Align.LEFT] * len(head), rows)


def _about(one: Finding, output: Output) -> str:
    title = decision.rule_title(one.rule_id, output.language)
    subject = decision.value_word(one.subject, output.language)
    return f"{title} ({subject})" if subject else title


def _yen(value: int | str | None, output: Output) -> str:
    if not isinstance(value, int):
        return output.text("わかりません", "not known")
    return output.text(f"{yen_text(value)}円", f"{yen_text(value)} yen")


def _replayed(again: decision.Replay, output: Output) -> Iterator[str]:
    verdict = decision.verdict_word(again.decision.verdict, output.language)
    if again.same:
        yield output.text(f"同じ結果です: {verdict}", f"The same result: {verdict}")
    else:
        yield output.text(f"結果が変わります: {verdict}", f"Another result: {verdict}")
    for name in again.changed_tables:
        yield output.text(f"直された法令データ: {name}", f"Corrected since: {name}")


def _compared(changes: Sequence[decision.Change], output: Output) -> Iterator[str]:
    if not changes:
        yield output.text("その日の法令でも同じ判定です", "By that law every answer is the same")
    for one in changes:
        title = decision.rule_title(one.rule_id, output.language)
        about = f"{one.rule_id} {title}" + (f" ({one.subject})" if one.subject else "")
        yield f"{about}: {one.before or '—'} → {one.after or '—'}"
