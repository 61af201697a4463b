"""Court: fees, competence, who may act, and how papers are filed [裁判].

Since 2026-05-21 a filing fee has two parts: one by the value of the claim, in steps, and a flat one
that took the place of prepaid post. Which table applies goes by the day the ACTION was filed: an
appeal in an older action stays under the old table (令和4年法律48号附則25条). The value is the
claim without the interest that has accrued on it (民事訴訟法9条2項).

>>> filing_fee_yen(1_050_000, date(2026, 11, 21))
11000
>>> flat_part_yen(Petition.ACTION, Route.PAPER, date(2026, 11, 21), defendants=2)
4500
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from motocho.law.citation import Citation
from motocho.law.rules import Refusal
from motocho.law.tables import Row, Unverified, table, unverified_among
from motocho.units.errors import Fault, InputError, ensure
from motocho.units.money import PPM


class Petition(Enum):
    """What is asked of the court [申立て]."""

    ACTION = "action"
    APPEAL = "appeal"
    FINAL_APPEAL = "final_appeal"
    APPEAL_UNDECIDED = "appeal_undecided"
    FINAL_APPEAL_UNDECIDED = "final_appeal_undecided"
    PAYMENT_ORDER = "payment_order"
    SETTLEMENT = "settlement"


FLAT_PART_OF = {
    Petition.APPEAL_UNDECIDED: Petition.APPEAL,
    Petition.FINAL_APPEAL_UNDECIDED: Petition.FINAL_APPEAL,
}
"""別表第二 四項ロ: where the judgment left the claim undecided, the flat part of the same kind."""


class Court(Enum):
    """Court of first instance [第一審裁判所]."""

    SUMMARY = "summary"
    DISTRICT = "district"

    @property
    def name_ja(self) -> str:
        """Name in Japanese [裁判所名]."""
        return _COURT_NAMES[self][0]

    @property
    def name_en(self) -> str:
        """Name in English [裁判所の英語名]."""
        return _COURT_NAMES[self][1]


class Route(Enum):
    """How papers reach the court [提出方法]."""

    PAPER = "paper"
    ELECTRONIC = "electronic"

    @property
    def name_ja(self) -> str:
        """Name in Japanese [提出方法の名称]."""
        return "書面" if self is Route.PAPER else "電子申立て"


class Filer(Enum):
    """Who files [提出する者]."""

    PARTY_IN_PERSON = "party_in_person"
    MANDATED_AGENT = "mandated_agent"
    CERTIFIED_SCRIVENER = "certified_scrivener"
    COURT_ADMITTED_AGENT = "court_admitted_agent"
    PUBLIC_BODY_AGENT = "public_body_agent"

    @property
    def name_ja(self) -> str:
        """Name in Japanese [名称]."""
        return _FILER_NAMES[self][0]

    @property
    def name_en(self) -> str:
        """Name in English [英語名]."""
        return _FILER_NAMES[self][1]


class Cause(Enum):
    """Why an agent files on paper all the same [書面による事由]."""

    NONE = "none"
    SYSTEM_DOWN = "system_down"
    OUTSIDE_CONTROL = "outside_control"


class PostageRule(Enum):
    """Who fixes what the court's post costs [郵便費用]."""

    SET_BY_COURT = "set_by_court"
    INCLUDED_IN_FEE = "included_in_fee"


_COURT_NAMES = {
    Court.SUMMARY: ("簡易裁判所", "summary court"),
    Court.DISTRICT: ("地方裁判所", "district court"),
}
_FILER_NAMES = {
    Filer.PARTY_IN_PERSON: ("当事者本人", "party in person"),
    Filer.MANDATED_AGENT: ("委任を受けた訴訟代理人", "agent by mandate"),
    Filer.CERTIFIED_SCRIVENER: ("認定司法書士", "certified judicial scrivener"),
    Filer.COURT_ADMITTED_AGENT: ("許可を得た訴訟代理人", "agent admitted by the court"),
    Filer.PUBLIC_BODY_AGENT: ("国等の指定代理人", "agent of a public body"),
}
_OPEN_ROUTES = {
    "paper": (Route.PAPER,),
    "electronic": (Route.ELECTRONIC,),
    "paper_or_electronic": (Route.PAPER, Route.ELECTRONIC),
}


@dataclass(frozen=True, slots=True)
class Filing:
    """One petition as it is filed [申立て].

    `action_filed_on` is the day the action was filed, also for a later appeal in it.
    """

    amount_in_dispute_yen: int
    action_filed_on: date
    petition: Petition = Petition.ACTION
    route: Route = Route.PAPER
    defendants: int = 1


@dataclass(frozen=True, slots=True)
class RouteCost:
    """What one route of filing costs [提出方法ごとの費用].

    `postage_yen` and `total_yen` are None while each court set the post itself.
    """

    route: Route
    flat_part_yen: int
    postage_rule: PostageRule
    postage_yen: int | None
    total_yen: int | None


@dataclass(frozen=True, slots=True)
class FilingCost:
    """Competent court and cost of an action, for every route that is open [提訴の費用]."""

    on: date
    amount_in_dispute_yen: int
    court: Court
    filing_fee_yen: int
    routes: tuple[RouteCost, ...]
    scrivener_may_act: bool
    citations: tuple[Citation, ...]
    unverified: tuple[Unverified, ...]


def filing_fee_yen(
    amount_in_dispute_yen: int, on: date, petition: Petition = Petition.ACTION
) -> int:
    """The part of the filing fee that goes by the value of the claim [手数料].

    Units     amount_in_dispute_yen: the claim without accrued interest, from 1.
    Days      on: the day the action was filed, also for an appeal in it.
    Exact     steps begun count whole; multiples are integers in ppm, and leave no part of a yen.
    Raises    InputError if the amount is not positive; LawGap before 2004-01-01.
    Law       民事訴訟費用等に関する法律3条, 別表第二 (until 2026-05-20: 別表第一).

    >>> [filing_fee_yen(yen, date(2025, 4, 1)) for yen in (300_000, 1_050_000, 1_400_000)]
    [3000, 11000, 12000]
    >>> filing_fee_yen(1_050_000, date(2025, 4, 1), Petition.APPEAL)
    16500
    """
    _positive("amount_in_dispute_yen", amount_in_dispute_yen)
    by_value_yen, lower_limit = 0, 0
    for bracket in table("court.filing_steps").at(on).brackets:
        upper_limit = amount_in_dispute_yen if bracket.limit is None else bracket.limit
        inside_yen = min(amount_in_dispute_yen, upper_limit) - lower_limit
        if inside_yen <= 0:
            break
        steps = -(-inside_yen // bracket.number("step_yen"))
        by_value_yen += steps * bracket.number("fee_yen")
        lower_limit = upper_limit
    multiple = by_value_yen * table("court.petitions").at(on).number(petition.value)
    ensure(multiple % PPM == 0, "part of a yen", petition=petition, by_value_yen=by_value_yen)
    return multiple // PPM


def amendment_fee_yen(before_yen: int, after_yen: int, on: date) -> int:
    """What is due when the claim is raised: the difference of the parts by value [請求の変更].

    Days      on: the day the action was filed.
    Raises    InputError and LawGap as `filing_fee_yen`.
    Law       民事訴訟費用等に関する法律別表第二 五項.

    >>> amendment_fee_yen(1_000_000, 1_400_000, date(2026, 11, 21))
    2000
    """
    return max(0, filing_fee_yen(after_yen, on) - filing_fee_yen(before_yen, on))


def flat_part_yen(petition: Petition, route: Route, on: date, defendants: int = 1) -> int:
    """The flat part of the filing fee; 0 for actions of before 2026-05-21 [定額部分].

    Days      on: the day the action was filed, also for an appeal in it.
    Raises    InputError if defendants is below 1; LawGap before 2004-01-01.
    Law       民事訴訟費用等に関する法律3条2項, 別表第二; 令和4年法律48号附則25条.

    >>> day = date(2026, 5, 21)
    >>> [flat_part_yen(Petition.APPEAL, route, day) for route in Route]
    [1900, 800]
    """
    _positive("defendants", defendants)
    row = table("court.flat_part").at(on)
    kind = FLAT_PART_OF.get(petition, petition)
    flat_yen = row.number(f"{kind.value}_{route.value}")
    if petition is not Petition.ACTION:
        return flat_yen
    return flat_yen + row.number("further_defendant") * (defendants - 1)


def total_fee_yen(filing: Filing) -> int:
    """Both parts of the filing fee together [手数料の合計].

    Raises    InputError and LawGap as its parts.
    Law       民事訴訟費用等に関する法律3条2項, 別表第二.

    >>> total_fee_yen(Filing(1_400_000, date(2026, 11, 21), route=Route.ELECTRONIC))
    13400
    """
    on, petition = filing.action_filed_on, filing.petition
    by_value_yen = filing_fee_yen(filing.amount_in_dispute_yen, on, petition)
    return by_value_yen + flat_part_yen(petition, filing.route, on, filing.defendants)


def cost_of_action(amount_in_dispute_yen: int, on: date, defendants: int = 1) -> FilingCost:
    """Competent court, fee and routes of an action filed on a day [提訴の費用].

    Raises    InputError if a number is not positive; LawGap before 2004-01-01.
    Law       裁判所法33条1項1号; 民事訴訟費用等に関する法律3条, 別表第二.

    >>> cost = cost_of_action(1_050_000, date(2025, 4, 1))
    >>> cost.court.name_ja, cost.filing_fee_yen, [each.total_yen for each in cost.routes]
    ('簡易裁判所', 11000, [None])
    >>> [each.total_yen for each in cost_of_action(1_050_000, date(2026, 11, 21)).routes]
    [13500, 12400]
    """
    by_value_yen = filing_fee_yen(amount_in_dispute_yen, on)
    used = [
        table(name).at(on) for name in ("court.filing_steps", "court.flat_part", "court.postage")
    ]
    postage_rule = PostageRule(used[-1].word())
    included = postage_rule is PostageRule.INCLUDED_IN_FEE
    routes = []
    for route in filing_routes(on, Filer.PARTY_IN_PERSON):
        flat_yen = flat_part_yen(Petition.ACTION, route, on, defendants)
        routes.append(
            RouteCost(
                route=route,
                flat_part_yen=flat_yen,
                postage_rule=postage_rule,
                postage_yen=0 if included else None,
                total_yen=by_value_yen + flat_yen if included else None,
            )
        )
    used += [
        table(name).at(on)
        for name in ("court.jurisdiction", "court.filing_routes", "court.scrivener_limit")
    ]
    return FilingCost(
        on=on,
        amount_in_dispute_yen=amount_in_dispute_yen,
        court=competent_court(amount_in_dispute_yen, on),
        filing_fee_yen=by_value_yen,
        routes=tuple(routes),
        scrivener_may_act=scrivener_may_act(amount_in_dispute_yen, on),
        citations=_citations(used),
        unverified=unverified_among(used),
    )


@dataclass(frozen=True, slots=True)
class ExecutionCost:
    """What the court asks to execute a judgment, without its post [強制執行の手数料]."""

    clause_yen: int
    certificate_yen: int
    attachment_yen: int
    citations: tuple[Citation, ...]
    unverified: tuple[Unverified, ...]


def execution_cost(on: date) -> ExecutionCost:
    """The clause, the certificate of service, the petition to attach a claim [強制執行の手数料].

    Days      on: the day of each petition.
    Raises    LawGap before 2020-04-01 and from 2028-06-13.
    Law       民事訴訟費用等に関する法律3条, 7条, 別表第一, 別表第二.

    >>> cost = execution_cost(date(2026, 5, 20))
    >>> cost.clause_yen, cost.certificate_yen, cost.attachment_yen
    (300, 150, 4000)
    """
    papers = table("court.execution_papers").at(on)
    attachment = table("court.attachment").at(on)
    used = [papers, attachment]
    return ExecutionCost(
        papers.number("execution_clause_yen"),
        papers.number("certificate_yen"),
        attachment.number(),
        _citations(used),
        unverified_among(used),
    )


def withdrawal_refund_yen(paid_yen: int, due_yen: int, on: date) -> int:
    """What comes back of the fee if the action is withdrawn before the first hearing ends [還付].

    Units     paid_yen: what was paid; due_yen: what had to be paid, both parts.
    Days      on: the day the action was filed.
    Raises    LawGap before 2004-01-01.
    Law       民事訴訟費用等に関する法律9条2項1号 (until 2026-05-20: 9条3項1号).

    >>> withdrawal_refund_yen(13_500, 13_500, date(2026, 11, 21))
    6750
    >>> withdrawal_refund_yen(5_500, 5_500, date(2026, 11, 21))
    1500
    """
    row = table("court.withdrawal_refund").at(on)
    kept = due_yen * row.number("kept_share")
    ensure(kept % PPM == 0, "part of a yen", due_yen=due_yen)
    return max(0, paid_yen - max(kept // PPM, row.number("kept_at_least_yen")))


def competent_court(amount_in_dispute_yen: int, on: date) -> Court:
    """The court of first instance for a claim of money filed on a day [事物管轄].

    Raises    InputError if the amount is not positive; LawGap before 1954-06-01.
    Law       裁判所法33条1項1号, 24条1号.

    >>> competent_court(1_400_000, date(2026, 11, 21)), competent_court(900_001, date(2004, 3, 31))
    (<Court.SUMMARY: 'summary'>, <Court.DISTRICT: 'district'>)
    """
    _positive("amount_in_dispute_yen", amount_in_dispute_yen)
    return Court(table("court.jurisdiction").at(on).word(argument=amount_in_dispute_yen))


def scrivener_may_act(amount_in_dispute_yen: int, on: date) -> bool:
    """Whether a certified judicial scrivener may act for a claim of this value [認定司法書士].

    Raises    LawGap before 2004-04-01.
    Law       司法書士法3条1項6号・7号; 最判平成28年6月27日.

    >>> [scrivener_may_act(yen, date(2026, 11, 21)) for yen in (1_400_000, 1_400_001)]
    [True, False]
    """
    return amount_in_dispute_yen <= table("court.scrivener_limit").at(on).number()


def filing_routes(on: date, filer: Filer) -> tuple[Route, ...]:
    """The routes by which a filer may file an action on a day [提出方法].

    Raises    LawGap before 1998-01-01.
    Law       民事訴訟法132条の10, 132条の11; 司法書士法3条6項.

    >>> filing_routes(date(2026, 5, 21), Filer.MANDATED_AGENT)
    (<Route.ELECTRONIC: 'electronic'>,)
    """
    return _OPEN_ROUTES[table("court.filing_routes").at(on).word(filer.value)]


def check_court(chosen: Court, amount_in_dispute_yen: int, on: date) -> Refusal | None:
    """OVER-005: a court that is not competent by value [管轄の検査].

    Raises    InputError and LawGap as `competent_court`.
    Law       裁判所法33条1項1号.

    >>> check_court(Court.DISTRICT, 1_400_000, date(2026, 11, 21)).rule_id
    'OVER-005'
    """
    lawful = competent_court(amount_in_dispute_yen, on)
    if chosen is lawful:
        return None
    details = {
        "amount_yen": str(amount_in_dispute_yen),
        "lawful_ja": lawful.name_ja,
        "lawful_en": lawful.name_en,
        "chosen_ja": chosen.name_ja,
        "chosen_en": chosen.name_en,
    }
    return Refusal("OVER-005", "LAW-055", table("court.jurisdiction").at(on).citations, details)


def check_filing_fee(stated_yen: int, filing: Filing) -> Refusal | None:
    """OVER-006 and OVER-009: a stated fee that is wrong, or lacks the flat part [手数料の検査].

    Raises    InputError and LawGap as `total_fee_yen`.
    Law       民事訴訟費用等に関する法律3条2項, 別表第二.

    >>> filing = Filing(1_050_000, date(2026, 6, 1))
    >>> check_filing_fee(13_500, filing), check_filing_fee(11_000, filing).rule_id
    (None, 'OVER-009')
    """
    lawful_yen = total_fee_yen(filing)
    if stated_yen == lawful_yen:
        return None
    on = filing.action_filed_on
    flat_yen = flat_part_yen(filing.petition, filing.route, on, filing.defendants)
    details = {
        "amount_yen": str(filing.amount_in_dispute_yen),
        "lawful_yen": str(lawful_yen),
        "stated_yen": str(stated_yen),
        "flat_yen": str(flat_yen),
    }
    steps, flat = table("court.filing_steps").at(on), table("court.flat_part").at(on)
    if stated_yen == lawful_yen - flat_yen:
        return Refusal("OVER-009", "LAW-059", flat.citations, details)
    return Refusal("OVER-006", "LAW-056", _citations([steps, flat]), details)


def check_filing_channel(
    filer: Filer, route: Route, on: date, cause: Cause = Cause.NONE
) -> Refusal | None:
    """OVER-010: a route that is not open to the filer on the day [提出方法の検査].

    Raises    LawGap before 1998-01-01.
    Law       民事訴訟法132条の10, 132条の11第1項・3項.

    >>> day = date(2026, 11, 21)
    >>> check_filing_channel(Filer.MANDATED_AGENT, Route.PAPER, day).rule_id
    'OVER-010'
    >>> check_filing_channel(Filer.MANDATED_AGENT, Route.PAPER, day, Cause.SYSTEM_DOWN) is None
    True
    """
    open_routes = filing_routes(on, filer)
    if route in open_routes:
        return None
    if route is Route.PAPER and cause is not Cause.NONE:
        return None
    details = {
        "on": on.isoformat(),
        "filer_ja": filer.name_ja,
        "filer_en": filer.name_en,
        "route_ja": route.name_ja,
        "route_en": route.value,
        "open_ja": "・".join(each.name_ja for each in open_routes),
        "open_en": ", ".join(each.value for each in open_routes),
    }
    code = "LAW-060" if route is Route.PAPER else "LAW-062"
    later = [row.from_on for row in table("court.filing_routes").rows if row.from_on > on]
    return Refusal(
        rule_id="OVER-010",
        code=code,
        citations=table("court.filing_routes").at(on).citations,
        details=details,
        allowed_from=later[0] if route is Route.ELECTRONIC and later else None,
    )


def check_scrivener(amount_in_dispute_yen: int, on: date) -> Refusal | None:
    """OVER-011: a claim above the line to which a judicial scrivener may act [代理権の検査].

    Raises    LawGap before 2004-04-01.
    Law       司法書士法3条1項6号・7号; 最判平成28年6月27日.

    >>> check_scrivener(1_400_001, date(2026, 11, 21)).details["limit_yen"]
    '1400000'
    """
    if scrivener_may_act(amount_in_dispute_yen, on):
        return None
    row = table("court.scrivener_limit").at(on)
    details = {"amount_yen": str(amount_in_dispute_yen), "limit_yen": str(row.number())}
    return Refusal("OVER-011", "LAW-061", row.citations, details)


def _citations(rows: list[Row]) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(cited for row in rows for cited in row.citations))


def _positive(name: str, number: int) -> None:
    if number < 1:
        details = {"key": name, "least": "1"}
        raise InputError(Fault("LAW-042", excerpt=str(number), details=details))
