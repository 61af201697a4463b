"""The words that templates may use, made of one content object [差込項目].

Templates see texts only: nested names, lists of rows. An amount is written once here, as courts
write it (5万0539円), so no paper can write it otherwise; an empty text says that something is not
there.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypeAlias

from motocho.claims._due import Order
from motocho.claims.layouts import describe
from motocho.claims.pleading.content import Content, Exhibit
from motocho.claims.pleading.facts import Agent
from motocho.claims.pleading.filing import PackingList
from motocho.claims.pleading.instalments import Plan
from motocho.kernel.conventions import (
    EventKind,
    OpeningBalance,
    OverpaymentAppropriation,
    Series,
)
from motocho.law.court import Route
from motocho.law.interest import statutory_interest_ppm, statutory_interest_rows
from motocho.units.days import era_date_text
from motocho.units.errors import Language
from motocho.units.money import court_yen_text

Fields: TypeAlias = dict[str, Any]
"""Names, and under each texts, lists of names and texts, or more names."""

YES = "1"
"""A text that says that something is so; the empty text says that it is not."""
_PERCENT_PPM = 10_000
_PLACES = 4
_SHORT_HASH = 16


def fields(content: Content) -> Fields:
    """Everything a template may say [差込項目の一覧]."""
    return {
        "client": _person(content),
        "lender": _lender(content),
        "agent": _agent(content),
        "signer": _signer(content),
        "bank": _bank(content),
        "court": _court(content),
        "claim": _claim(content),
        "debt": _debt(content),
        "dealing": _dealing(content),
        "day": _days(content),
        "settlement": _settlement(content),
        "plan": _plan(content),
        "exhibits": [_exhibit(one) for one in content.exhibits],
        "case": _case(content),
    }


def rate_words(rate_ppm: int) -> str:
    """A rate as the Civil Code writes it [利率].

    >>> rate_words(50_000), rate_words(273_750)
    ('年5パーセント', '年27.375パーセント')
    """
    whole, part = divmod(rate_ppm, _PERCENT_PPM)
    places = str(part).zfill(_PLACES).rstrip("0")
    return f"年{whole}{'.' + places if places else ''}パーセント"


def _day(on: date | None) -> str:
    return "" if on is None else era_date_text(on)


def _said(condition: object) -> str:
    return YES if condition else ""


def _texts(content: Content, prefix: str, *names: str) -> dict[str, str]:
    return {name: content.facts.text(f"{prefix}_{name}") for name in names}


def _person(content: Content) -> Fields:
    names = ("name", "kana", "postcode", "address", "former_address", "phone")
    born_on = content.facts.day("client_birth_date")
    return _texts(content, "client", *names) | {
        "birth_date": _day(born_on),
        "member_number": content.facts.text("member_number"),
    }


def _lender(content: Content) -> Fields:
    own = _texts(content, "lender", "postcode", "address", "representative")
    return own | {"name": content.lender}


def _agent(content: Content) -> Fields:
    names = ("name", "office", "registration", "postcode", "address", "phone", "fax")
    agent = content.facts.agent
    return _texts(content, "agent", *names) | {
        "acts": _said(agent is not Agent.NONE),
        "title": agent.name_ja,
        "is_scrivener": _said(agent is Agent.SCRIVENER),
        "is_lawyer": _said(agent is Agent.LAWYER),
    }


def _signer(content: Content) -> Fields:
    """Who signs: the agent, else the client."""
    agent = content.facts.agent
    if agent is Agent.NONE:
        return {
            "name": content.facts.text("client_name"),
            "before_court": "原告",
            "in_letters": "",
            "postcode": content.facts.text("client_postcode"),
            "address": content.facts.text("client_address"),
            "phone": content.facts.text("client_phone"),
        }
    return {
        "name": content.facts.text("agent_name"),
        "before_court": f"原告訴訟代理人{agent.name_ja}",
        "in_letters": f"代理人{agent.name_ja}",
        "postcode": content.facts.text("agent_postcode"),
        "address": content.facts.text("agent_address"),
        "phone": content.facts.text("agent_phone"),
    }


def _bank(content: Content) -> Fields:
    facts = content.facts
    return {
        "bank": facts.text("bank_name"),
        "branch": facts.text("branch_name"),
        "kind": facts.text("account_kind") or "普通",
        "number": facts.text("account_number"),
        "holder": facts.text("account_holder") or facts.text("client_name"),
    }


def _court(content: Content) -> Fields:
    fees = content.fees
    named = {
        "name": content.facts.text("court_name"),
        "case_number": content.facts.text("case_number"),
        "section": content.facts.text("hearing_note"),
    }
    if fees is None:
        return named | dict.fromkeys(_COURT_FIGURES, "")
    return named | {
        "kind": fees.court.name_ja,
        "fee": court_yen_text(fees.total_yen),
        "fee_by_value": court_yen_text(fees.by_value_yen),
        "fee_flat": court_yen_text(fees.flat_yen) if fees.flat_yen else "",
        "on_paper": _said(fees.route is Route.PAPER),
        "route": fees.route.name_ja,
    }


_COURT_FIGURES = ("kind", "fee", "fee_by_value", "fee_flat", "on_paper", "route")


def _claim(content: Content) -> Fields:
    return {
        "exists": _said(content.has_claim),
        "is_interest_alone": _said(content.due.is_interest_alone),
        "in_dispute": court_yen_text(content.in_dispute_yen),
        "overpayment": court_yen_text(content.overpayment_yen) if content.overpayment_yen else "",
        "interest": court_yen_text(content.interest_yen) if content.interest_yen else "",
        "total": court_yen_text(content.total_yen),
        "rate": _rates(content),
        "running": _running(content),
        "default_rate": "" if content.rates else _default_rate(content),
        "keeps_old_rate": _said(_keeps_old_rate(content)),
        "interest_first": _said(_meets_interest_first(content)),
        "accrued_until": _day(content.accrued_until),
        "interest_until": _day(content.interest_until),
        "interest_from": _day(content.interest_from),
        "first_overpaid_on": _day(content.statement.result.first_overpaid_on),
    } | _paid_back(content)


def _keeps_old_rate(content: Content) -> bool:
    """Whether interest arose before 2020-04-01 at the one rate of then, which goes on."""
    first_on, old = content.due.first_overpaid_on, statutory_interest_rows()[0]
    if first_on is None or old.until_on is None or first_on > old.until_on:
        return False
    return [ppm for _, ppm in content.rates] == [old.ppm]


def _meets_interest_first(content: Content) -> bool:
    """Whether an advance met an overpayment, and by that convention."""
    assumptions = content.statement.assumptions
    if assumptions.overpayment_appropriation is not OverpaymentAppropriation.INTEREST_FIRST:
        return False
    joined = assumptions.contracts is Series.JOINED
    overpaid: set[str] = set()
    for row in content.statement.rows:
        dealing = "" if joined else row.event.contract
        if row.event.kind is EventKind.BORROW and row.event.amount_yen and dealing in overpaid:
            return True
        overpaid = overpaid | {dealing} if row.overpayment_yen else overpaid - {dealing}
    return False


def _paid_back(content: Content) -> Fields:
    """What the sheet ends in, and each part payment after it; the sheet's end where none was."""
    due = content.due
    rows = [
        {
            "on": _day(one.on),
            "received": court_yen_text(one.yen),
            "costs": court_yen_text(one.costs_yen),
            "interest": court_yen_text(one.interest_yen),
            "overpayment": court_yen_text(one.overpayment_yen),
            "left_interest": court_yen_text(one.left_interest_yen),
            "left_overpayment": court_yen_text(one.left_overpayment_yen),
        }
        for one in due.applied
    ]
    before_yen = due.before_interest_yen
    return {
        "sheet_on": _day(max(row.event.on for row in due.statement.rows)),
        "sheet_until": _day(due.statement.charged_until),
        "sheet_overpayment": court_yen_text(due.before_overpayment_yen),
        "sheet_interest": court_yen_text(before_yen) if before_yen else "",
        "refunds": rows,
        "has_refunds": _said(rows),
        "has_refund_costs": _said(any(one.costs_yen for one in due.applied)),
        "refunds_to_overpayment": _said(content.facts.refunds.order is Order.PRINCIPAL),
    }


def _rates(content: Content) -> str:
    """The rate that runs on; where it changes on a day, each with its time."""
    words = [
        rate_words(ppm) if until_on is None else f"{_day(until_on)}まで{rate_words(ppm)}"
        for until_on, ppm in content.rates
    ]
    return words[0] if len(words) == 1 else "、その翌日から".join(words)


def _running(content: Content) -> str:
    """From when until when at which rate interest runs on; each rate with its own days."""
    words, from_on = [], content.interest_from
    for until_on, ppm in content.rates:
        until = "支払済み" if until_on is None else _day(until_on)
        words.append(f"{_day(from_on)}から{until}まで{rate_words(ppm)}")
        from_on = from_on if until_on is None else until_on + timedelta(days=1)
    return "、".join(words)


def _default_rate(content: Content) -> str:
    """The rate of damages from the day after service, where no interest is claimed (419条)."""
    return rate_words(statutory_interest_ppm(_filed_on(content)))


def _filed_on(content: Content) -> date:
    """The day of filing: that of which the fee is."""
    return content.written_on if content.fees is None else content.fees.on


def _debt(content: Content) -> Fields:
    their_yen = content.facts.number("their_claim_yen")
    differs = None if their_yen is None else their_yen - content.owed_yen
    return {
        "exists": _said(content.owed_yen),
        "owed": court_yen_text(content.owed_yen),
        "principal": court_yen_text(content.owed_principal_yen),
        "interest": court_yen_text(content.owed_interest_yen),
        "theirs": "" if their_yen is None else court_yen_text(their_yen),
        "difference": "" if differs is None else court_yen_text(abs(differs)),
        "theirs_is_more": _said(differs is not None and differs > 0),
        "theirs_is_less": _said(differs is not None and differs < 0),
    }


def _dealing(content: Content) -> Fields:
    statement = content.statement
    series = statement.assumptions.contracts
    contracts = []
    for name in statement.history.contracts():
        own = [row.event for row in statement.rows if row.event.contract == name]
        days = [event.on for event in own if event.amount_yen] or [event.on for event in own]
        contracts.append({"name": name, "first_on": _day(min(days)), "last_on": _day(max(days))})
    zero = statement.assumptions.opening_balance is OpeningBalance.ZERO
    return {
        "first_on": _day(content.first_on),
        "last_on": _day(content.last_on),
        "contracts": contracts,
        "several": _said(len(contracts) > 1),
        "joined": _said(series is Series.JOINED),
        "separate": _said(series is not Series.JOINED),
        "set_off": _said(series is Series.SEPARATE_SET_OFF),
        "opening_zero": _said(zero),
        "estimated": _said(any(_is_estimated(row.event.note) for row in statement.rows)),
    }


def _is_estimated(note: str) -> bool:
    return "推定" in note or "◇" in note


_DAYS = (
    "pay_by_on",
    "filed_on",
    "history_on",
    "demand_on",
    "delivered_on",
    "settled_on",
    "settlement_pay_by_on",
)


def _days(content: Content) -> Fields:
    named = {key.removesuffix("_on"): _day(content.facts.day(key)) for key in _DAYS}
    return named | {"written": _day(content.written_on), "filed": _day(_filed_on(content))}


def _settlement(content: Content) -> Fields:
    """What was agreed; `rate` is the one rate of damages: of two, the one that runs now."""
    amount_yen = content.facts.number("settlement_yen")
    rates = content.rates
    due_on = content.facts.day("settlement_pay_by_on") or content.written_on
    rate_ppm = rates[-1][1] if rates else statutory_interest_ppm(due_on)
    return {
        "amount": "" if amount_yen is None else court_yen_text(amount_yen),
        "is_nothing": _said(amount_yen == 0),
        "rate": rate_words(rate_ppm),
    } | _instalments(content.settlement)


def _plan(content: Content) -> Fields:
    return _instalments(content.plan) | {
        "damages_rate": rate_words(statutory_interest_ppm(content.written_on))
    }


def _instalments(plan: Plan | None) -> Fields:
    made = plan.instalments if plan else ()
    rows = [
        {
            "number": str(one.number),
            "due_on": _day(one.due_on),
            "amount": court_yen_text(one.amount_yen),
            "left": court_yen_text(one.left_yen),
        }
        for one in made
    ]
    return {
        "rows": rows,
        "count": str(len(rows)) if rows else "",
        "first": rows[0]["amount"] if rows else "",
        "each": rows[1]["amount"] if len(rows) > 1 else "",
        "last": rows[-1]["amount"] if rows else "",
        "from": rows[0]["due_on"] if rows else "",
        "until": rows[-1]["due_on"] if rows else "",
    }


def _exhibit(exhibit: Exhibit) -> Fields:
    made_on = exhibit.made_on
    return {
        "mark": exhibit.mark,
        "title": exhibit.title,
        "form": exhibit.form,
        "made_on": _day(date.fromisoformat(made_on)) if made_on else "",
        "author": exhibit.author,
        "purpose": exhibit.purpose,
        "file_name": exhibit.file_name,
    }


def _case(content: Content) -> Fields:
    conditions = [
        {"label": label, "text": text, "changed": _said(not is_default)}
        for label, text, is_default in describe(content.statement.assumptions, Language.JA)
    ]
    return {
        "title": content.title,
        "engine": content.engine,
        "hash": content.input_sha256,
        "hash_short": content.input_sha256[:_SHORT_HASH],
        "rows": str(len(content.statement.rows)),
        "conditions": conditions,
        "changed_conditions": [one for one in conditions if one["changed"]],
    }


def packing_fields(listed: PackingList) -> Fields:
    """The words of a packing list [提出書類一覧の項目]."""
    return {
        "court": listed.court,
        "route": listed.route.name_ja,
        "electronic": _said(listed.route is Route.ELECTRONIC),
        "stamps": listed.stamps,
        "postage": listed.postage,
        "rows": [
            {
                "name": one.name,
                "originals": one.originals,
                "duplicates": one.duplicates,
                "note": one.note,
            }
            for one in listed.rows
        ],
    }
