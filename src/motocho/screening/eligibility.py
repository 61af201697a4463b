"""Whether a higher limit may be asked for: each condition, and when it is met [増額の条件].

Looked at without obligation, before anything is written down. Whoever meets all of it may apply;
what is granted is decided by a person, after a survey (貸金業法13条). Evidence of income that is
missing refuses nobody: it is named, so that it can be handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from motocho.law.lending import latest_until
from motocho.law.rules import Refusal
from motocho.loans import raises
from motocho.loans.monitoring import Income
from motocho.loans.policy import Stop
from motocho.loans.queries import Conduct


@dataclass(frozen=True, slots=True)
class Asked:
    """What a member asks for, and says of themselves [申込み]; zero where nothing was said."""

    limit_yen: int
    income_yen: int = 0
    others_yen: int = 0


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether one may apply [申込みの可否]: refusals in the order in which they are shown.

    A refusal names in `allowed_from` the first day on which it may be gone, where there is one.
    """

    refusals: tuple[Refusal, ...]
    needs_evidence: bool

    @property
    def may_apply(self) -> bool:
        """Whether nothing stands against it [申込みできるか]."""
        return not self.refusals


def eligibility(known: Conduct, asked: Asked) -> Eligibility:
    """Each condition for a higher limit that is not met [増額の条件の確認] · LEND-023.

    Takes     how the agreement was used in the last `raises.LEAST_MONTHS`.
    Law       貸金業法13条, 13条の2 (a third of the income); the six months are the house's.
    """
    found = tuple(_refusals(known, asked))
    return Eligibility(found, needs_evidence(known, asked))


def _refusals(known: Conduct, asked: Asked) -> Iterator[Refusal]:
    yield from raises.check_use(known)
    yield from _stops(known)
    yield from _amounts(known, asked)


def _stops(known: Conduct) -> Iterator[Refusal]:
    for stop, code in _STOPS.items():
        if stop in known.stops:
            yield raises.refusal(code)


_STOPS: Mapping[Stop, str] = {
    Stop.OVER_ONE_THIRD: "SCR-005",
    Stop.INCOME_EVIDENCE_DUE: "SCR-006",
    Stop.BUREAU_CHECK_DUE: "SCR-007",
    Stop.RESTING: "SCR-008",
    Stop.MEMBER_ASKED: "SCR-009",
    Stop.NO_BUREAU_CONSENT: "SCR-017",
    Stop.COUNSEL: "SCR-010",
    Stop.CARD_LOST: "SCR-011",
    Stop.DECEASED: "SCR-012",
    Stop.FRAUD: "SCR-012",
    Stop.CREDIT: "SCR-012",
    Stop.OFTEN_DRAWN: "SCR-018",
    Stop.LATE_OFTEN: "SCR-019",
    Stop.DEBTS_ELSEWHERE: "SCR-020",
    Stop.FACTS_OLD: "SCR-021",
    Stop.EMPLOYER_CHANGED: "SCR-022",
    Stop.UNREACHABLE: "SCR-023",
    Stop.SELF_EXCLUDED: "SCR-024",
}


def _amounts(known: Conduct, asked: Asked) -> Iterator[Refusal]:
    found = raises.check_amount(known, asked.limit_yen)
    income_yen = _income_yen(known, asked)
    if found is None and income_yen:
        found = raises.check_third(known, income_yen, _total_yen(known, asked))
    if found is not None:
        yield found


def _total_yen(known: Conduct, asked: Asked) -> int:
    """With what other money lenders are owed: what a bureau said, or what the member says now."""
    return raises.own_yen(known, asked.limit_yen) + max(known.burden.others_yen, asked.others_yen)


def _income_yen(known: Conduct, asked: Asked) -> int:
    """What an evidence shows that still counts; else what the member says; 0 where neither is."""
    shown = raises.evidence_of(known)
    return asked.income_yen if shown is None else shown.annual_yen


def needs_evidence(known: Conduct, asked: Asked) -> bool:
    """Whether evidence of income must be handed in before a decision [収入証明書の要否].

    Law       貸金業法13条3項, a sum of everything; a paper that is not of the latest period counts
              for none (施行規則10条の17第2項).
    """
    burden = known.burden
    others_yen = max(burden.others_yen + burden.left_out_yen, asked.others_yen)
    return raises.needs_evidence(known, asked.limit_yen, others_yen)


# ---------------------------------------------------------------------- before an amount is named
@dataclass(frozen=True, slots=True)
class Outlook:
    """Each condition before an amount is named, and when it changes [増額の見通し].

    By our own book alone: what a bureau told is not looked at before somebody applies (SOLI-006).
    """

    used_from: date
    is_used: bool
    clean_from: date | None
    """None where nothing was late; while something is, as if it were paid today."""
    is_clean: bool
    is_late: bool
    stops: tuple[Refusal, ...]
    income: Income | None
    """As a paper of the latest period shows it."""
    income_until: date | None
    """The last day on which that paper counts; None where it has none, or there is no paper."""
    without_paper_yen: int
    """The highest limit that asks for no paper; not above the limit of now where none does."""
    within_third_yen: int | None
    """The highest limit within a third of that income; None where none was shown."""
    income_for_more_yen: int
    """The least income that bears the next higher limit."""
    limit_yen: int

    @property
    def is_more_without_paper(self) -> bool:
        """Whether some higher limit asks for no paper [書類なしの増額の可否]."""
        return self.without_paper_yen > self.limit_yen

    @property
    def is_within_third(self) -> bool | None:
        """Whether the shown income bears any higher limit; None where none was shown [3分の1]."""
        return None if self.within_third_yen is None else self.within_third_yen > self.limit_yen


def outlook(known: Conduct) -> Outlook:
    """What stands for and against any higher limit, with days and yen [増額の見通し] · LEND-023."""
    income = raises.evidence_of(known)
    clean_on = raises.clean_from(known)
    return Outlook(
        used_from=raises.used_from(known),
        is_used=raises.used_from(known) <= known.on,
        clean_from=clean_on,
        is_clean=not known.is_late and (clean_on is None or clean_on <= known.on),
        is_late=known.is_late,
        stops=tuple(_stops(known)),
        income=income,
        income_until=None
        if income is None or income.shown is None
        else latest_until(income.shown, known.on),
        without_paper_yen=raises.most_without_yen(known),
        within_third_yen=(
            None if income is None else raises.most_within_third_yen(known, income.annual_yen)
        ),
        income_for_more_yen=raises.income_for_yen(known, known.limit_yen + known.unit_yen),
        limit_yen=known.limit_yen,
    )
