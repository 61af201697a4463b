"""The page of an application: five lines first, then facts with their sources [表示の行]."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from motocho.documents.intake import Purpose, Standing
from motocho.loans import products
from motocho.outside.clock import JAPAN
from motocho.people import access, members
from motocho.screening import applying
from motocho.screening import identity as identities
from motocho.screening.applications import (
    ApplicationKey,
    Check,
    claims,
    decisions,
    entries,
    evidence,
    forms,
    reviews,
)
from motocho.screening.applying import handing, signals
from motocho.screening.bureau import inquiries as asked_of
from motocho.screening.capacity import Finding, Known, Lent, Outcome
from motocho.screening.decision import (
    Decision,
    fact_name,
    fact_text,
    outcome_word,
    rule_title,
    value_word,
    verdict_word,
)
from motocho.units.errors import Fault
from motocho.web.desk._shown import PURPOSES
from motocho.web.desk.screening._held import KINDS, USES, Held, documents, source_word
from motocho.web.words import Tongue, catalogue, plain, yen

_THIRD = "LEND-009"
_OFFERED = "SCR-224"
"""What an applicant reads once an offer is approved."""
PERSON = signals.Alike.PERSON.value
SIGNS = 4
DOCUMENT_SIGNS = 8
"""Of a reference, so many signs tell a document from another."""
"""The last signs of a number, by which somebody is known again."""
ICONS = {Outcome.PASS: "tick", Outcome.FAIL: "shut", Outcome.UNKNOWN: "mark"}


@dataclass(frozen=True, slots=True)
class About:
    """Whose page it is, for whom, in which tongue [表示の前提]."""

    cursor: Any
    of: Held
    tongue: Tongue
    names: Mapping[int, str]


# ------------------------------------------------------------------------------- what is read first
def first(about: About, decision: Decision, number: str) -> list[tuple[str, str]]:
    """Who, what, on which income, a third, the bureau: what is read first [要約5行]."""
    return [
        ("screening.line_who", _who(about, decision, number)),
        ("screening.line_asked", _asked(about)),
        ("screening.line_income", _income(about, decision)),
        ("screening.line_third", _third(about, decision)),
        ("screening.line_bureau", _answered(about, decision)),
    ]


def _who(about: About, decision: Decision, number: str) -> str:
    person = members.one(about.cursor, about.of.key.member_id).person
    ages = [one.value for each in decision.findings for one in each.known if one.name == "age"]
    age = plain("screening.age", about.tongue, age=ages[0]) if ages and ages[0] is not None else ""
    return " · ".join(filter(None, (f"{person.family_name} {person.given_name}", age, number)))


def _asked(about: About) -> str:
    one, tongue = about.of.application, about.tongue
    on = one.submitted_at.astimezone(JAPAN).date()
    product = products.on_day(about.cursor, one.wanted.plan.product_id, on)
    title = product.title_en if tongue is Tongue.EN else product.title_ja
    return " · ".join(
        (
            plain(KINDS[one.kind.value], tongue), yen(one.wanted.limit_yen, tongue), title,
            plain(USES[one.wanted.use.value], tongue), f"{on:%Y/%m/%d}",
        )
    )  # fmt: skip


def _income(about: About, decision: Decision) -> str:
    tongue, value = about.tongue, decision.income.value
    stated_yen = about.of.application.wanted.said.income_yen
    stated = "" if stated_yen is None else plain(
        "screening.stated", tongue, amount=yen(stated_yen, tongue)
    )  # fmt: skip
    if not isinstance(value, int):
        return " · ".join(filter(None, (plain("screening.income_unknown", tongue), stated)))
    used = set(decision.income.source.split("+"))
    kinds = [value_word(one.kind.value, tongue.language)
             for one in decision.facts.papers if one.source in used]  # fmt: skip
    by = "、".join(dict.fromkeys(kinds)) or plain("screening.by_word", tongue)
    is_other = stated_yen is not None and stated_yen != value
    differs = plain("screening.differs", tongue) if is_other else ""
    return " · ".join(filter(None, (yen(value, tongue), by, stated, differs)))


def _third(about: About, decision: Decision) -> str:
    found = [one for one in decision.findings if one.rule_id == _THIRD]
    if not found:
        return plain("screening.third_none", about.tongue)
    one, language = found[-1], about.tongue.language
    texts = [fact_text(known, language) for known in one.known if known.value is not None]
    highest_yen = decision.ceilings.with_income_yen
    if highest_yen is not None:
        texts.append(
            plain("screening.highest", about.tongue, amount=yen(highest_yen, about.tongue))
        )
    return " · ".join((outcome_word(one.outcome, language), *texts))


def _answered(about: About, decision: Decision) -> str:
    tongue, found = about.tongue, decision.facts.bureau
    if found is None:
        return plain("screening.bureau_none", tongue)
    counted = [one.balance_yen for one in found.others
               if one.lent is Lent.MONEY_LENDER and not one.is_excluded]  # fmt: skip
    return plain(
        "screening.bureau_line", tongue, on=f"{found.answered_on:%Y/%m/%d}", count=len(counted),
        amount=yen(sum(counted), tongue),
    )  # fmt: skip


# ------------------------------------------------------------------------------------ facts, rules
def facts(decision: Decision, tongue: Tongue) -> list[tuple[str, str, str]]:
    """Every fact that a rule looked at, once: name, value, source [事実と出所]."""
    seen: dict[tuple[str, object, str], Known] = {}
    for each in (*decision.findings, *decision.papers):
        for one in each.known:
            seen.setdefault((one.name, one.value, one.source), one)
    return [
        (fact_name(one.name, tongue.language), _value(one, tongue), source_word(one.source, tongue))
        for one in sorted(seen.values(), key=lambda one: one.name)
    ]


def _value(one: Known, tongue: Tongue) -> str:
    whole, name = fact_text(one, tongue.language), fact_name(one.name, tongue.language)
    return whole.removeprefix(f"{name} ")


def rule_sign(rule_id: str) -> str:
    """The sign of a rule of the law; empty for one of the house [規則の記号].

    >>> rule_sign("LEND-009"), rule_sign("house.age")
    ('LEND-009', '')
    """
    return "" if rule_id.startswith("house.") else rule_id


def rules(decision: Decision, tongue: Tongue) -> list[dict[str, Any]]:
    """Every rule with its answer and article; what does not pass first [規則の結果]."""
    order = [Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS]
    every = sorted((*decision.findings, *decision.papers), key=lambda one: order.index(one.outcome))
    return [_rule(one, tongue) for one in every]


def _rule(one: Finding, tongue: Tongue) -> dict[str, Any]:
    language = tongue.language
    subject = value_word(one.subject, language) if " " not in one.subject else ""
    return {
        "rule": rule_sign(one.rule_id),
        "title": rule_title(one.rule_id, language),
        "subject": subject or source_word(one.subject, tongue) if one.subject else "",
        "outcome": outcome_word(one.outcome, language),
        "icon": ICONS[one.outcome],
        "law": one.law,
        "what": one.what(language),
        "facts": " · ".join(fact_text(known, language) for known in one.known),
    }


def bureau(decision: Decision, tongue: Tongue) -> dict[str, Any] | None:
    """What the bureau told, contract by contract without the lenders' names [信用情報の回答]."""
    found = decision.facts.bureau
    if found is None:
        return None
    strain = found.strain
    exclusions = [] if found.self_exclusions is None else [
        (f"{one.registered_on:%Y/%m/%d}",
         "" if one.until_on is None else f"{one.until_on:%Y/%m/%d}")
        for one in found.self_exclusions
    ]  # fmt: skip
    return {
        "answered_on": found.answered_on,
        "others": [
            (f"screening.lent_{one.lent.value}", yen(one.balance_yen, tongue),
             "screening.excluded" if one.is_excluded else "")
            for one in found.others
        ],
        "exclusions": exclusions,
        "strain": strain,
    }  # fmt: skip


def offered(language: Any) -> tuple[tuple[str, str], ...]:
    """What the applicant reads of an offer once it is approved [提示の文言]."""
    return ((Fault(_OFFERED).what(language), Fault(_OFFERED).fix(language)),)


# -------------------------------------------------------------------------------------- comparison
def compared(about: About, decision: Decision) -> list[tuple[str, str, str]]:
    """What is otherwise than at the last application: item, then, now [前回の申込みとの比較]."""
    earlier = [
        one
        for one in forms.of_member(about.cursor, about.of.key.member_id)
        if one.key.application_id < about.of.key.application_id
    ]
    last = None if not earlier else decisions.newest(about.cursor, earlier[0].key)
    if last is None:
        return []
    document, language = decisions.document(about.cursor, last), about.tongue.language
    then = {(one["rule"], one["subject"]): one["outcome"] for one in document["findings"]}
    rows = [
        ("screening.row_on", f"{last.decided_on:%Y/%m/%d}", f"{decision.on:%Y/%m/%d}"),
        ("screening.row_verdict", verdict_word(last.verdict, language),
         verdict_word(decision.verdict, language)),
        ("screening.row_asked", _amount(document["facts"]["asked"]["limit_yen"], about.tongue),
         _amount(decision.facts.asked.limit_yen, about.tongue)),
        ("screening.row_income", _amount(document["income"]["yen"], about.tongue),
         _amount(decision.income.value, about.tongue)),
        ("screening.row_offer", _amount(last.limit_yen, about.tongue),
         _amount(None if decision.offer is None else decision.offer.limit_yen, about.tongue)),
    ]  # fmt: skip
    shown = [(plain(key, about.tongue), was, now) for key, was, now in rows]
    for one in decision.findings:
        was = then.get((one.rule_id, one.subject))
        if was is not None and was != one.outcome.value:
            shown.append(
                (rule_title(one.rule_id, language), outcome_word(Outcome(was), language),
                 outcome_word(one.outcome, language))
            )  # fmt: skip
    return shown


def _amount(value: object, tongue: Tongue) -> str:
    return yen(value, tongue) if isinstance(value, int) else "–"


def past(about: About) -> list[tuple[Any, str, str]]:
    """The applicant's other applications, the newest first [ほかの申込み]."""
    return [
        (one, KINDS[one.kind.value],
         f"screening.outcome_{'open' if one.outcome is None else one.outcome.value}")
        for one in forms.of_member(about.cursor, about.of.key.member_id)
        if one.key != about.of.key
    ]  # fmt: skip


# --------------------------------------------------------------------------------- what was entered
def papers(about: About) -> list[dict[str, Any]]:
    """Every entry of a paper; one that was replaced names what stands in its place [書面の転記]."""
    language = about.tongue.language
    return [
        {
            "entry": one,
            "kind": "" if one.paper is None else value_word(one.paper.kind.value, language),
            "text": "" if one.paper is None else paper_text(one.paper, about.tongue),
            "by": about.names.get(one.staff_id, ""),
            "ref": one.document_ref,
        }
        for one in entries.papers(about.cursor, about.of.key)
    ]


def paper_text(paper: Any, tongue: Tongue) -> str:
    """What a paper was read to show, in one line [書面の内容]."""
    parts = [paper.stream, "" if paper.year is None else str(paper.year)]
    if paper.annual_yen is not None:
        parts.append(yen(paper.annual_yen, tongue))
    parts += [f"{one.paid_on:%Y/%m/%d} {yen(one.pay_yen, tongue)}" for one in paper.slips]
    parts += [f"{one.paid_on:%Y/%m/%d} {yen(one.bonus_yen, tongue)}" for one in paper.bonuses]
    days = (paper.issued_on, paper.filed_on)
    parts += [f"{one:%Y/%m/%d}" for one in days if one is not None]
    return " · ".join(filter(None, parts))


def employments(about: About) -> list[tuple[Any, str, str]]:
    """Confirmations of the employment, by what and by whom [在籍確認]."""
    return [
        (one, "screening.by_paper" if one.attempt_id is None else "screening.by_call",
         about.names.get(one.staff_id, ""))
        for one in entries.employments(about.cursor, about.of.key)
    ]  # fmt: skip


def checks(about: About) -> list[tuple[str, str]]:
    """What the house looked up and tells nobody [社内の確認]."""
    found = evidence.checks(about.cursor, about.of.key)
    words = {None: "screening.check_open", True: "screening.check_found",
             False: "screening.check_clear"}  # fmt: skip
    return [(f"screening.check_{one.value}", words[found.get(one)]) for one in Check]


def alike(about: About) -> list[tuple[str, str, int]]:
    """What the application has in common with others, for who screens alone [重複・不正の兆候].

    Gives     the kind, the other's number in part, their id; 0 where nobody stands behind it or the
              reader may not see them.
    """
    found = [
        (one.kind.value, one.other_member_id) for one in signals.of(about.cursor, about.of.key)
    ]
    found += [
        (PERSON, other)
        for other in reviews.same_persons(about.cursor, about.of.key.member_id)
        if (PERSON, other) not in found
    ]
    others = [other for _, other in found if other is not None]
    shown = access.visible(about.cursor, about.of.staff, others)
    numbers = members.numbers_of(about.cursor, shown)
    rows = []
    for kind, other in found:
        known = other if other in shown else None
        number = "" if known is None else f"****{numbers[known][-SIGNS:]}"
        rows.append((f"screening.alike_{kind}", number, known or 0))
    return rows


def told(about: About, at: datetime) -> list[tuple[str, str]]:
    """What the applicant told that no register has; the reading is kept [申込書の記載]."""
    found = applying.particulars(about.cursor, about.of.key, about.of.staff.actor, at) or {}
    return [
        (f"screening.told_{name}", told_word(name, value, about.tongue))
        for name, value in found.items()
        if value and name in TOLD
    ]


_CHOSEN = {"occupation": "apply.work.", "paper": "screening.idpaper_", "way": "apply.call."}
TOLD = frozenset({*_CHOSEN, "work_address", "hours", "caller"})
"""What is shown of an application form: what was chosen in words, the rest as it was written."""


def told_word(name: str, value: str, tongue: Tongue) -> str:
    """A word of the application form as a reader says it [記載の表示]."""
    key = f"{_CHOSEN.get(name, '')}{value}"
    return plain(key, tongue) if name in _CHOSEN and key in catalogue() else value


def document_names(
    papers: Iterable[tuple[str, Sequence[Standing]]], slots: Mapping[str, str], tongue: Tongue
) -> dict[str, str]:
    """Documents as a list offers them: what it is, when it came, its sign [書類の選択肢].

    Takes     as what the applicant handed them in, where that is known.
    """
    return {
        ref: " ".join(
            (
                plain(_document_word(ref, pages, slots), tongue),
                f"{pages[0].kept_at.astimezone(JAPAN):%Y/%m/%d}",
                ref[:DOCUMENT_SIGNS],
            )
        )
        for ref, pages in papers
    }


def _document_word(ref: str, pages: Sequence[Standing], slots: Mapping[str, str]) -> str:
    return f"screening.slot_{slots[ref]}" if ref in slots else PURPOSES[pages[0].purpose]


def slots_of(cursor: Any, key: ApplicationKey) -> dict[str, str]:
    """As what each document of an application was handed in [提出の区分]."""
    return {one.document_ref: one.slot.value for one in handing.of(cursor, key)}


def handed_in(about: About) -> list[tuple[str, Any, str, str]]:
    """Documents of the applicant, as what, and whether a paper was entered of each [提出書類]."""
    entered = {one.document_ref for one in entries.papers(about.cursor, about.of.key)}
    slots = slots_of(about.cursor, about.of.key)
    return [
        (ref, pages[0],
         _document_word(ref, pages, slots),
         "" if pages[0].purpose is not Purpose.INCOME
         else "screening.read_already" if ref in entered else "screening.read_not")
        for ref, pages in documents(about.cursor, about.of.key.member_id)
    ]  # fmt: skip


def identity(about: About) -> list[tuple[Any, str, str]]:
    """Records of who the applicant is, without what they say of the person [確認記録]."""
    found = identities.records.of_member(about.cursor, about.of.key.member_id)
    return [(one, f"screening.method_{one.method.value}",
             about.names.get(_staff_id(one.made_by), "")) for one in found]  # fmt: skip


def _staff_id(actor: str) -> int:
    sort, _, number = actor.partition(" ")
    return int(number) if sort == "staff" and number.isdecimal() else 0


def claimed(about: About) -> list[tuple[str, str]]:
    """What is claimed and counts, by its kind; which were taken back [除外・例外]."""
    return [
        (f"screening.claimed_{one.kind.value}",
         "screening.claim_taken_back" if one.stated is None else "")
        for one in claims.listed(about.cursor, about.of.key)
        if one.counts
    ]  # fmt: skip


def inquiries(about: About) -> list[tuple[Any, str]]:
    """What was asked of a bureau, the newest first [照会]."""
    return [(one, f"screening.inquiry_{one.state.value}")
            for one in asked_of.of_member(about.cursor, about.of.key.member_id)]  # fmt: skip
