"""What `motocho claim` says on a terminal [見通しの表示]."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from motocho.claims.prospects import (
    BureauEffect,
    Check,
    Clock,
    Costs,
    Handling,
    Outlook,
    Record,
    Round,
    Sentence,
    SettlementTable,
    Side,
    State,
    Verdict,
)
from motocho.cli._output import Output
from motocho.law.lenders import Lender, lender_by_id
from motocho.law.tables import Unverified
from motocho.units.errors import Language
from motocho.units.money import rate_text, yen_text

WORDS: dict[Enum, tuple[str, str]] = {
    Verdict.LIKELY: ("過払い金がある見込みです", "An overpayment is likely"),
    Verdict.UNLIKELY: ("過払い金はない見込みです", "An overpayment is unlikely"),
    Verdict.TIME_BARRED: ("時効が完成している見込みです", "Time has probably ended"),
    Verdict.PROFESSIONAL: ("専門家に相談してください", "See a professional"),
    Side.CLAIMANT: ("請求する側", "claimant"),
    Side.LENDER: ("業者", "lender"),
    State.OPEN: ("進行中", "running"),
    State.HELD: ("猶予中", "held"),
    State.LOST: ("完成", "ended"),
    Record.NONE: ("載らない見込み", "not likely to be recorded"),
    Record.POSSIBLE: ("載ることがある", "may be recorded"),
    Record.LIKELY: ("載る見込み", "likely to be recorded"),
    Handling.ALONE: ("本人", "alone"),
    Handling.SCRIVENER: ("認定司法書士", "scrivener"),
    Handling.LAWYER: ("弁護士", "lawyer"),
    Handling.AGREED: ("合意した報酬", "agreed fee"),
}


def word(of: Enum, output: Output) -> str:
    """The word of a value."""
    return output.text(*WORDS[of])


def sentences(of: Iterable[Sentence], output: Output) -> list[str]:
    """Sentences with their articles, each once."""
    lines = []
    for each in dict.fromkeys(of):
        cited = "、".join(each.citations) or each.source
        lines.append(f"- {each.text(output.language)}" + (f" [{cited}]" if cited else ""))
    return lines


def unverified(of: Iterable[Unverified], output: Output) -> list[str]:
    """What was not read in its source."""
    return [f"! {each.text(output.language)}" for each in of]


def of_check(check: Check, output: Output) -> list[str]:
    """The three answers' verdict."""
    return [word(check.verdict, output), *sentences(check.reasons, output)]


def of_clock(clock: Clock, output: Output) -> list[str]:
    """Every count with its yen and days."""
    say = output.text
    lines = [f"{clock.scenario} {clock.as_of}"]
    if not clock.counts:
        return [*lines, say("過払金はありません", "Nothing is overpaid")]
    for count in clock.counts:
        named = say(f"契約{count.contract}", f"contract {count.contract}") if count.contract else ""
        lines.append(f"{word(count.side, output)} {named}".strip())
        for loss in count.losses:
            yen = yen_text(loss.yen)
            state = word(loss.state, output)
            left = say(f"残り{loss.days_left}日", f"{loss.days_left} days left")
            lines.append(
                say(
                    f"  過払金{yen}円 最終日 {loss.last_on} {state} {left}",
                    f"  {yen} yen overpaid, last day {loss.last_on}, {state}, {left}",
                )
            )
        lines += [f"  {line}" for line in sentences(count.reasons, output)]
        lines += [f"  {line}" for line in unverified(count.unverified, output)]
    return lines


def of_settling(table: SettlementTable, output: Output) -> list[str]:
    """Totals, rounds with their payouts, and what is published."""
    say = output.text
    of = table.totals
    lines = [
        say(
            f"0%: {yen_text(of.without_interest_yen)}円 5%: {yen_text(of.with_interest_yen)}円",
            f"0 %: {yen_text(of.without_interest_yen)} yen, 5 %: "
            f"{yen_text(of.with_interest_yen)} yen",
        )
    ]
    for each in (*table.whole, *table.rounds):
        lines += _of_round(each, output)
    for each_published in table.published:
        shown = say(each_published.text_ja, each_published.text_en)
        lines.append(f"  {shown} — {each_published.says} ({each_published.url})")
    return [*lines, *sentences(table.reasons, output), *unverified(table.unverified, output)]


def _of_round(each: Round, output: Output) -> list[str]:
    """One round, or a total in full, with its payouts."""
    say = output.text
    shares = f"{rate_text(each.share_without_ppm)} / {rate_text(each.share_with_ppm)}"
    offered = f"{yen_text(each.offer.yen)} ({shares})"
    head = f"{each.number}. {each.offer.offered_on}" if each.number else say("満額なら", "In full")
    lines = [f"{head} {offered}"]
    for payout in each.payouts:
        net = "—" if payout.net_yen is None else _yen(payout.net_yen)
        lines.append(say("   手取り ", "   paid out, ") + f"{word(payout.handling, output)}: {net}")
    return lines + [f"  {line}" for line in sentences(each.warnings, output)]


def _yen(amount_yen: int) -> str:
    return f"-{yen_text(-amount_yen)}" if amount_yen < 0 else yen_text(amount_yen)


def of_bureau(effect: BureauEffect, output: Output) -> list[str]:
    """The likely record and the side effects."""
    return [
        word(effect.record, output),
        *sentences((*effect.reasons, *effect.side_effects), output),
    ]


def of_costs(costs: Costs, output: Output) -> list[str]:
    """Letter, certificate, court, by each route."""
    say = output.text
    letter = yen_text(costs.letter.total_yen)
    lines = [
        say(f"{costs.on}の実費", f"Costs on {costs.on}"),
        say(
            f"内容証明 {costs.letter_sheets}枚 {letter}円",
            f"Certified letter, {costs.letter_sheets} sheets: {letter} yen",
        ),
    ]
    for way, yen in costs.certificates:
        lines.append(say("代表者事項証明書", "Certificate") + f" ({way.value}): {yen_text(yen)}")
    fee = yen_text(costs.filing.filing_fee_yen)
    lines.append(say(f"手数料(訴額による部分) {fee}円", f"Fee by value: {fee} yen"))
    for each in costs.actions:
        name = say(each.route.name_ja, each.route.value)
        if each.total_yen is None:
            known = yen_text(each.known_yen)
            lines.append(
                say(
                    f"{name}: {known}円と、裁判所ごとに決まる郵券",
                    f"{name}: {known} yen, and the post as the court sets it",
                )
            )
        else:
            lines.append(f"{name}: {yen_text(each.total_yen)}")
    cited = (*costs.letter.citations, *costs.filing.citations)
    law = "、".join(dict.fromkeys(each.text(output.language) for each in cited))
    return [*lines, say(f"根拠 {law}", f"Law: {law}"), *unverified(costs.unverified, output)]


def of_outlook(outlook: Outlook, output: Output) -> list[str]:
    """Every part under its heading."""
    say = output.text
    parts: list[tuple[str, list[str]]] = [
        (
            say("時効", "Prescription"),
            [x for each in outlook.clocks for x in of_clock(each, output)],
        ),
        (say("140万円の線", "The 1,400,000 yen line"), sentences(outlook.line.reasons, output)),
        (say("和解", "Offers"), of_settling(outlook.settling, output)),
        (say("信用情報", "Credit records"), of_bureau(outlook.bureau, output)),
        (say("税", "Tax"), sentences(outlook.tax.reasons, output)),
        (
            say("実費", "Costs"),
            [] if outlook.costs is None else of_costs(outlook.costs, output),
        ),
        (
            say("期間の目安", "How long"),
            [
                f"{say(each.text_ja, each.text_en)} — {each.says} ({each.url})"
                for each in outlook.durations
            ],
        ),
        (say("専門家へ", "A professional"), sentences(outlook.professional, output)),
    ]
    lines: list[str] = []
    if outlook.act_by_on is not None:
        lines.append(say(f"急ぐ日 {outlook.act_by_on}", f"Act by {outlook.act_by_on}"))
    for heading, body in parts:
        if body:
            lines += ["", f"== {heading}", *body]
    return lines


def lender_document(lender: Lender) -> dict[str, Any]:
    """A lender in its public form; who represents it is left for the certificate."""
    above = lender.above_ceiling
    return {
        "id": lender.lender_id,
        "name": lender.name,
        "business": lender.business.value,
        "names": [
            {"name": each.name, "kind": each.kind.value, "from": each.from_text or None}
            for each in lender.names
        ],
        "above_ceiling_until": None if above is None else above.until_on.isoformat(),
        "highest_ppm": None if above is None else above.highest_ppm,
        "addresses": [
            {"address": each.address, "phone": each.phone, "seen_on": each.seen_on.isoformat(),
             "now": each.now.value, "source": each.source}
            for each in lender.addresses
        ],
        "registrations": [
            {"number": each.number, "seen_on": each.seen_on.isoformat(), "source": each.source}
            for each in lender.registrations
        ],
        "representative": "certificate",
        "successions": [
            {"kind": each.kind.value, "to": each.to, "duty": each.duty.value,
             "on": None if each.on is None else each.on.isoformat(), "source": each.source}
            for each in lender.successions
        ],
        "guarantees": [
            {"to": each.to, "product": each.product, "source": each.source}
            for each in lender.guarantees
        ],
        "discharged_on": (
            None if lender.discharged is None else lender.discharged.on.isoformat()
        ),
        "source": lender.source,
        "status": lender.standing.value,
    }  # fmt: skip


def of_lender(lender: Lender, output: Output) -> list[str]:
    """A lender on the terminal."""
    say = output.text
    lines = [f"{lender.name} ({lender.lender_id})"]
    lines.append("  " + "、".join(dict.fromkeys(each.name for each in lender.names)))
    lines += [
        f"  {each.address} {each.phone} ({each.seen_on}, {each.now.value})"
        for each in lender.addresses
    ]
    if lender.above_ceiling is not None:
        until = lender.above_ceiling.until_on
        lines.append(
            say(
                f"  上限超えの新契約は{until}まで",
                f"  new contracts above the ceiling until {until}",
            )
        )
    for succession in lender.successions:
        to = lender_by_id(succession.to).name
        lines.append(f"  → {to} ({succession.kind.value}, {succession.duty.value})")
    names = "、".join(each.product for each in lender.guarantees)
    if names:
        lines.append(say(f"  保証: {names}", f"  guarantees: {names}"))
    lines.append(
        say("  代表者は証明書で確かめてください", "  Its representative: see the certificate")
    )
    if output.language is Language.EN and lender.note:
        lines.append(f"  {lender.note}")
    return lines
