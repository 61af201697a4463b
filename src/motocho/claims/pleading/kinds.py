"""The papers of a claim: what each is called, looks like and needs [書類の種類].

Facts that a paper cannot do without are named here; what is missing is told before anything is
printed. A paper that does not fit the case (a complaint where nothing is overpaid) is not offered.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from motocho.claims.pleading.content import Content
from motocho.claims.pleading.facts import Agent, Asked
from motocho.units.errors import Fault, FaultyInput, Language
from motocho.units.money import court_yen_text


class Look(Enum):
    """How a paper is laid out [体裁]."""

    COURT = "court"
    """37 characters x 26 lines."""
    LETTER = "letter"
    CERTIFIED = "certified"
    """A grid of certified mail."""
    SHEET = "sheet"
    """A calculation sheet."""


class Stage(Enum):
    """When a paper is used [段階]."""

    MANDATE = "mandate"
    DEMAND = "demand"
    ACTION = "action"
    BRIEFS = "briefs"
    SETTLEMENT = "settlement"


class When(Enum):
    """In which cases a paper is offered [使う場合]."""

    ALWAYS = "always"
    CLAIM = "claim"
    """Something is overpaid."""
    DEBT = "debt"
    """Something is still owed."""
    AGENT = "agent"
    """Somebody acts for the client."""


class Spec(NamedTuple):
    """What is known of a paper [書類の仕様]."""

    title_ja: str
    title_en: str
    look: Look
    stage: Stage
    when: When
    needs: tuple[str, ...] = ()


class PaperKind(Enum):
    """A paper [書類]."""

    RECALCULATION = "recalculation"
    ACCEPTANCE_NOTICE = "acceptance_notice"
    POWER_OF_ATTORNEY = "power_of_attorney"
    DISCLOSURE_REQUEST = "disclosure_request"
    REPAYMENT_DEMAND = "repayment_demand"
    CERTIFIED_DEMAND = "certified_demand"
    COVER_LETTER = "cover_letter"
    COMPLAINT = "complaint"
    PARTY_LIST = "party_list"
    ANNEX = "annex"
    EXHIBIT_LIST = "exhibit_list"
    BRIEF_BAD_FAITH = "brief_bad_faith"
    BRIEF_DEEMED_PAYMENT = "brief_deemed_payment"
    BRIEF_SEPARATION = "brief_separation"
    BRIEF_LENDING_STOP = "brief_lending_stop"
    BRIEF_ACCELERATION = "brief_acceleration"
    BRIEF_SETTLEMENT = "brief_settlement"
    SETTLEMENT = "settlement"
    WITHDRAWAL = "withdrawal"
    REPAYMENT_PLAN = "repayment_plan"

    @property
    def spec(self) -> Spec:
        """What is known of it [仕様]."""
        return _SPECS[self]

    def title(self, language: Language) -> str:
        """Its name in a language [名称]."""
        return self.spec.title_ja if language is Language.JA else self.spec.title_en


_CLIENT = ("client_name", "client_address")
_LENDER = ("lender_name", "lender_address")
_BANK = ("bank_name", "branch_name", "account_number", "account_holder")
_COURT = (*_CLIENT, *_LENDER, "lender_representative", "court_name")
_BRIEF = ("client_name", "lender_name", "court_name", "case_number")


def _brief(title_ja: str, title_en: str) -> Spec:
    return Spec(
        f"準備書面({title_ja})", f"Brief: {title_en}", Look.COURT, Stage.BRIEFS, When.CLAIM, _BRIEF
    )


_SPECS = {
    PaperKind.RECALCULATION: Spec(
        "引き直し計算書", "Recalculation sheet", Look.SHEET, Stage.DEMAND, When.ALWAYS
    ),
    PaperKind.ACCEPTANCE_NOTICE: Spec(
        "受任通知",
        "Notice of acting",
        Look.LETTER,
        Stage.MANDATE,
        When.AGENT,
        (*_CLIENT, *_LENDER, "agent_name", "agent_address"),
    ),
    PaperKind.POWER_OF_ATTORNEY: Spec(
        "委任状",
        "Power of attorney",
        Look.LETTER,
        Stage.MANDATE,
        When.AGENT,
        (*_CLIENT, "lender_name", "agent_name", "agent_address"),
    ),
    PaperKind.DISCLOSURE_REQUEST: Spec(
        "取引履歴開示請求書",
        "Request to disclose the history",
        Look.LETTER,
        Stage.MANDATE,
        When.ALWAYS,
        (*_CLIENT, *_LENDER, "client_birth_date"),
    ),
    PaperKind.REPAYMENT_DEMAND: Spec(
        "過払金返還請求書",
        "Demand to return the overpayment",
        Look.LETTER,
        Stage.DEMAND,
        When.CLAIM,
        (*_CLIENT, *_LENDER, *_BANK, "pay_by_on"),
    ),
    PaperKind.CERTIFIED_DEMAND: Spec(
        "過払金返還請求書(内容証明)",
        "The demand as certified mail",
        Look.CERTIFIED,
        Stage.DEMAND,
        When.CLAIM,
        (*_CLIENT, *_LENDER, *_BANK, "pay_by_on"),
    ),
    PaperKind.COVER_LETTER: Spec(
        "送付状",
        "Cover letter",
        Look.LETTER,
        Stage.DEMAND,
        When.ALWAYS,
        ("client_name", "lender_name"),
    ),
    PaperKind.COMPLAINT: Spec("訴状", "Complaint", Look.COURT, Stage.ACTION, When.CLAIM, _COURT),
    PaperKind.PARTY_LIST: Spec(
        "当事者目録", "List of parties", Look.COURT, Stage.ACTION, When.CLAIM, _COURT
    ),
    PaperKind.ANNEX: Spec("別紙計算書", "Annex: calculation", Look.SHEET, Stage.ACTION, When.CLAIM),
    PaperKind.EXHIBIT_LIST: Spec(
        "証拠説明書",
        "List of exhibits",
        Look.COURT,
        Stage.ACTION,
        When.CLAIM,
        ("client_name", "lender_name", "court_name", "history_on"),
    ),
    PaperKind.BRIEF_BAD_FAITH: _brief("悪意の受益者", "bad faith"),
    PaperKind.BRIEF_DEEMED_PAYMENT: _brief("みなし弁済", "deemed payment"),
    PaperKind.BRIEF_SEPARATION: _brief("取引の一連性", "one dealing or several"),
    PaperKind.BRIEF_LENDING_STOP: _brief("貸付停止と時効", "stop of lending"),
    PaperKind.BRIEF_ACCELERATION: _brief("期限の利益喪失", "loss of the benefit of time"),
    PaperKind.BRIEF_SETTLEMENT: _brief("和解の効力", "effect of an earlier settlement"),
    PaperKind.SETTLEMENT: Spec(
        "和解書",
        "Settlement",
        Look.LETTER,
        Stage.SETTLEMENT,
        When.CLAIM,
        (*_CLIENT, *_LENDER, *_BANK, "settlement_yen", "settlement_pay_by_on"),
    ),
    PaperKind.WITHDRAWAL: Spec(
        "訴え取下書", "Withdrawal of the action", Look.COURT, Stage.SETTLEMENT, When.CLAIM, _BRIEF
    ),
    PaperKind.REPAYMENT_PLAN: Spec(
        "弁済計画案(任意整理)",
        "Plan of instalments",
        Look.LETTER,
        Stage.SETTLEMENT,
        When.DEBT,
        (*_CLIENT, "lender_name"),
    ),
}


def offered(content: Content) -> tuple[PaperKind, ...]:
    """The papers that fit the case, in the order of use [使える書類]."""
    held = {When.ALWAYS}
    if content.has_claim:
        held.add(When.CLAIM)
    if content.owed_yen > 0:
        held.add(When.DEBT)
    if content.facts.agent is not Agent.NONE:
        held.add(When.AGENT)
    return tuple(kind for kind in PaperKind if kind.spec.when in held)


def usual(content: Content) -> tuple[PaperKind, ...]:
    """What a pack holds unless asked for more: no outlines of briefs, no withdrawal [標準の一式].

    Why       an outline still has to be written by somebody; it must not be printed by the way.
    """
    return tuple(
        kind
        for kind in offered(content)
        if kind.spec.stage is not Stage.BRIEFS and kind is not PaperKind.WITHDRAWAL
    )


def missing(kind: PaperKind, content: Content) -> tuple[Asked, ...]:
    """Facts that a paper cannot do without and that are not there [足りない項目]."""
    needed = list(kind.spec.needs)
    if content.facts.agent is not Agent.NONE and kind.spec.needs:
        needed += ["agent_name", "agent_address"]
    if content.lender and "lender_name" in needed:
        needed.remove("lender_name")
    return content.facts.missing(needed)


def cautions(content: Content) -> tuple[Fault, ...]:
    """What a person should know before the papers go out, though they can be made [作成前の注意].

    Gives     PLD-013, a settlement of nothing while something is due [ゼロ和解].
    """
    found = []
    if content.has_claim and content.facts.number("settlement_yen") == 0:
        found.append(Fault("PLD-013", details={"yen": court_yen_text(content.total_yen)}))
    return tuple(found)


def require(kind: PaperKind, content: Content) -> None:
    """Stop where a paper does not fit the case or lacks a fact [作成前の検査].

    Raises    FaultyInput with every missing fact (PLD-007), or why it does not fit (PLD-008).
    """
    details = {"title": kind.spec.title_ja, "title_en": kind.spec.title_en}
    if kind not in offered(content):
        raise FaultyInput(Fault("PLD-008", excerpt=kind.value, details=details))
    faults = [
        Fault(
            "PLD-007",
            column=asked.key,
            details={**details, "label": asked.label_ja, "label_en": asked.label_en},
        )
        for asked in missing(kind, content)
    ]
    if faults:
        raise FaultyInput(*faults)


ACTION_PACK = (
    PaperKind.COMPLAINT,
    PaperKind.PARTY_LIST,
    PaperKind.ANNEX,
    PaperKind.EXHIBIT_LIST,
)
"""What goes to the court together [訴状一式]."""
