"""What goes in the envelope, or into the court's system: a packing list [提出書類一覧].

By the court, the way of filing and the day: since 2026-05-21 one part of the fee is flat, agents
file electronically, and no stamps are handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from motocho.claims._due import acting
from motocho.claims.pleading.content import Content
from motocho.claims.pleading.facts import Agent
from motocho.law import court
from motocho.law.court import Court, PostageRule, Route
from motocho.law.tables import table
from motocho.units.errors import Fault, LawGap
from motocho.units.money import yen_text


@dataclass(frozen=True, slots=True)
class Packed:
    """One thing that is handed in [提出するもの]; counts are texts, since a list may say なし."""

    name: str
    originals: str
    duplicates: str
    note: str


@dataclass(frozen=True, slots=True)
class PackingList:
    """Everything for the court, with what it costs [提出書類一覧]."""

    court: str
    route: Route
    on: date
    rows: tuple[Packed, ...]
    certificate_yen: int | None
    stamps: str
    postage: str
    warnings: tuple[Fault, ...]
    """A court that is not competent, a way that is not open, an agent who may not act."""


def packing_list(content: Content) -> PackingList | None:
    """What is handed in with the complaint; None where there is nothing to claim [提出書類一覧].

    Raises    LawGap for a day of filing that no table covers.
    Law       民事訴訟規則58条1項, 137条; 民事訴訟費用等に関する法律8条.
    """
    fees = content.fees
    if fees is None:
        return None
    on_paper = fees.route is Route.PAPER
    certificate_yen = _certificate_yen(fees.on)
    return PackingList(
        court=content.facts.text("court_name") or fees.court.name_ja,
        route=fees.route,
        on=fees.on,
        rows=tuple(_rows(content, "1" if on_paper else "不要", certificate_yen)),
        certificate_yen=certificate_yen,
        stamps=_stamps(content),
        postage=_postage(fees.on),
        warnings=tuple(_warnings(content)),
    )


def _warnings(content: Content) -> list[Fault]:
    """OVER-005, OVER-010 and OVER-011 before anything is handed in.

    Why       a scrivener's line is weighed as the outlook weighs it: each claim before set-off.
    """
    fees, agent = content.fees, content.facts.agent
    if fees is None:
        return []
    named = content.facts.text("court_name")
    chosen = next((one for one in Court if one.name_ja in named), None)
    refusals = [court.check_filing_channel(agent.filer, fees.route, fees.on)]
    if chosen is not None:
        refusals.append(court.check_court(chosen, content.in_dispute_yen, fees.on))
    if agent is Agent.SCRIVENER:
        refusals.append(acting(content.due, fees.on).refusal)
    return [refusal.fault() for refusal in refusals if refusal is not None]


def _rows(content: Content, duplicate: str, certificate_yen: int | None) -> list[Packed]:
    on_paper = content.fees is not None and content.fees.route is Route.PAPER
    bound = "ページ順にとじる" if on_paper else "1つのPDFにまとめる"
    rows = [
        Packed("訴状(当事者目録・別紙計算書とも)", "1", duplicate, bound),
        Packed("証拠説明書", "1", duplicate, ""),
        *(
            Packed(f"{one.mark}　{one.title}", "1", duplicate, one.file_name)
            for one in content.exhibits
        ),
        Packed(
            "代表者事項証明書(被告)",
            "1",
            "不要",
            "法務局で取る(発行から3か月以内が目安)"
            + ("" if certificate_yen is None else f"・{yen_text(certificate_yen)}円"),
        ),
    ]
    if content.facts.agent is not Agent.NONE:
        rows.append(Packed("訴訟委任状", "1", "不要", "依頼者の署名と押印"))
    return rows


def _certificate_yen(on: date) -> int | None:
    try:
        return table("certificate.representative").at(on).number("counter")
    except LawGap:
        return None


def _stamps(content: Content) -> str:
    """How the fee is paid."""
    fees = content.fees
    if fees is None:
        return ""
    total = f"{yen_text(fees.total_yen)}円"
    if not fees.flat_yen:
        return f"収入印紙 {total}"
    parts = f"価額による部分{yen_text(fees.by_value_yen)}円+定額部分{yen_text(fees.flat_yen)}円"
    way = "電子納付(ペイジー)"
    if fees.route is Route.PAPER:
        way += "。やむを得ない事由があるときは収入印紙"
    return f"{total}({parts})・{way}"


def _postage(on: date) -> str:
    rule = PostageRule(table("court.postage").at(on).word())
    if rule is PostageRule.INCLUDED_IN_FEE:
        return "郵便費用の予納は不要(手数料に含まれる)"
    return "郵便切手(額は裁判所ごとに決まっているので、提出先に確かめる)"
