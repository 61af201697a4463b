"""All cases with their next step and their next day; what is due over all of them [期限の一覧].

for one in board(on): one.case, one.next_step, one.next_day
due(on, within_days=30)                  every open day of every case, the nearest first
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from motocho.law.lenders import directory, lender_by_id
from motocho.law.prescription import RestitutionClaim
from motocho.office import cases
from motocho.office.cases import Case
from motocho.office.tracker import agenda, conflicts, keeping, money, receipts, tracks
from motocho.office.tracker.conflicts import Hit, Party
from motocho.office.tracker.plan import Step
from motocho.office.tracker.receipts import Checked
from motocho.office.tracker.tracks import Deadline, Track
from motocho.units.days import read_date
from motocho.units.errors import Language, MotochoError, Unread

STILL_DEALING = "still_dealing"
"""The fact `yes` says that money is still borrowed or repaid: prescription has not begun."""
KNOWN_ON = "known_on"
"""The day on which the client knew that he could claim, where it matters."""


GUIDED = "guide_first"
"""The fact that who claims alone was asked early in the guide."""


def is_guided(case: Case) -> bool:
    """Whether a case is led by the guide: nobody was retained [ガイドの事件]."""
    return GUIDED in case.facts


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands on a day [事件の現況]."""

    case: Case
    track: Track
    on: date
    days: tuple[Deadline, ...]
    """Every open day, the nearest first; the time bar is among them."""
    receipt: Checked | None
    held_yen: int
    """The client's money in our hands."""

    @property
    def next_steps(self) -> tuple[Step, ...]:
        """What may follow, the likeliest first [次の段階].

        Why       a case without a step begins where it is: with its history, or, for who claims
                  alone, with asking for it.
        """
        found = self.track.next_steps
        if self.track.done:
            return found
        begun = "history_received" if self.case.rows else "disclosure_asked"
        leads = bool(self.case.rows) or is_guided(self.case)
        return tuple(sorted(found, key=lambda one: not (leads and one.id == begun)))

    @property
    def next_step(self) -> Step | None:
        """The likeliest next step [次の段階]."""
        found = self.next_steps
        return found[0] if found else None

    @property
    def next_day(self) -> Deadline | None:
        """The nearest open day [次の期限]."""
        return self.days[0] if self.days else None

    @property
    def overdue(self) -> tuple[Deadline, ...]:
        """The days that have passed [過ぎた期限]."""
        return tuple(one for one in self.days if one.safe_on < self.on)


@dataclass(frozen=True, slots=True)
class DueDay:
    """An open day with its case [期限と事件]."""

    standing: Standing
    deadline: Deadline


def standing(case_id: int, on: date) -> Standing:
    """How a case stands on a day [事件の現況].

    Raises    NotFoundError for a case that is not there.
    """
    case = cases.load(case_id)
    track = tracks.fold(keeping.events_of(case_id))
    return _standing(case, track, on)


def _standing(case: Case, track: Track, on: date) -> Standing:
    bar = tracks.time_bar(track, claim_of(case), on)
    found = [*track.open_deadlines, *([bar] if bar is not None else [])]
    found.sort(key=lambda one: (one.safe_on, one.key))
    held_yen = money.statement(case.case_id).balance_yen
    receipt = receipts.of_track(track, on)
    return Standing(case, track, on, tuple(found), receipt, held_yen)


def claim_of(case: Case) -> RestitutionClaim | None:
    """The days of a case's claim that prescription goes by; None while they are not known [請求権].

    Why       time begins with the last dealing: a dealing that goes on has no such day.
    """
    if case.facts.get(STILL_DEALING) == "yes" or not any(not one.is_blank for one in case.rows):
        return None
    ended_on = _ended_on(_Known(case))
    if ended_on is None:
        return None
    known = read_date(case.facts.get(KNOWN_ON, ""))
    known_on = None if isinstance(known, Unread) else known.on
    return RestitutionClaim(ended_on, known_on=known_on)


class _Known:
    """A case, equal to itself as long as nothing was written into it."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and hash(self) == hash(other)

    def __hash__(self) -> int:
        return hash((self.case.key, self.case.seq, self.case.last_at))


@lru_cache(maxsize=1024)
def _ended_on(known: _Known) -> date | None:
    """The day of the last dealing; None while the sheet cannot be read."""
    try:
        return max(event.on for event in known.case.history().events)
    except MotochoError:
        return None


def board(on: date) -> list[Standing]:
    """Every open case as it stands, the one with the nearest day first [事件の一覧]."""
    open_cases = [cases.load(case_id) for case_id in cases.case_ids()]
    found = [
        _standing(one, tracks.fold(keeping.events_of(one.case_id)), on)
        for one in open_cases
        if one.state.put_away is None
    ]
    return sorted(found, key=_nearest)


def _nearest(one: Standing) -> tuple[bool, bool, date, int]:
    day = one.next_day
    return one.track.is_closed, day is None, day.safe_on if day else one.on, one.case.case_id


def due(on: date, within_days: int) -> list[DueDay]:
    """Every open day of all cases up to so many days from a day, in order [期限の一覧]."""
    return due_of(board(on), on + timedelta(days=within_days))


def due_of(standings: Iterable[Standing], until: date) -> list[DueDay]:
    """Every open day of some cases up to a day, in order [期限の一覧]."""
    found = [
        DueDay(one, day)
        for one in standings
        for day in one.days
        if day.safe_on <= until and not one.track.is_closed
    ]
    return sorted(found, key=lambda one: (one.deadline.safe_on, one.standing.case.case_id))


# ------------------------------------------------------------------------------------------ papers
DAYS_OF_PAPERS = {
    "claim_sent": "demand_on",
    "claim_served": "delivered_on",
    "settled": "settled_on",
    "settled_in_court": "settled_on",
    "suit_filed": "filed_on",
}


def paper_facts(case_id: int) -> dict[str, str]:
    """What the way of a case already knows of what its papers state [進行からの記載事項].

    Gives     days of steps, what is to be paid and when, under the names that papers know.
    """
    track = tracks.fold(keeping.events_of(case_id))
    found = {
        DAYS_OF_PAPERS[one.step.id]: one.on.isoformat()
        for one in track.done
        if one.step.id in DAYS_OF_PAPERS
    }
    if track.promise is not None:
        found["settlement_yen"] = str(track.promise.number("amount_yen"))
        found["settlement_pay_by_on"] = track.promise.text("pay_on")
    return found


# --------------------------------------------------------------------------------------- calendar
def entries(standings: Iterable[Standing], language: Language) -> list[agenda.Entry]:
    """The open days of some cases as entries of a calendar [カレンダーの予定].

    Why       an entry stands on the day to act by; the last day by law is in its note.
    """
    made = []
    for one in standings:
        for day in one.days:
            title = f"{day.names[language]} · {called(one.case)}"
            articles = " ".join(each.text(language) for each in day.citations)
            last = day.last_on.isoformat()
            note = "\n".join(part for part in (articles, last) if part)
            uid = f"{one.case.key}-{day.key}"
            made.append(agenda.Entry(uid, title, day.safe_on, day.starts_at, day.place, note))
    return made


def called(case: Case) -> str:
    """What a case is called where there is no page [事件の呼び名]."""
    parts = [part for part in (case.client, lender_name(case)) if part.strip()]
    return case.title.strip() or " / ".join(parts) or f"#{case.case_id}"


def lender_name(case: Case) -> str:
    """The lender's name: of the directory where the case has its id [業者名]."""
    known = {one.lender_id for one in directory()}
    if case.lender in known:
        return lender_by_id(case.lender).names[-1].name
    return case.lender


# -------------------------------------------------------------------------------------- conflicts
CLIENT_NAMES = ("client_name", "client_kana", "client_former_name")


def party_of(case: Case) -> Party:
    """A case as it is compared with others [照合の対象]."""
    names = [case.client, *(case.facts.get(one, "") for one in CLIENT_NAMES)]
    known = tuple(one for one in names if one.strip())
    opponents = tuple(one for one in (lender_name(case),) if one.strip())
    address = case.facts.get("client_address", "")
    return Party(case.case_id, known, opponents, address)


def conflicts_of(case_id: int) -> tuple[Hit, ...]:
    """Every other case that touches this one, also closed ones and those put away [利益相反の確認].

    Raises    NotFoundError for a case that is not there.
    """
    others = [party_of(cases.load(one)) for one in cases.case_ids()]
    new = party_of(cases.load(case_id))
    if not new.clients or not new.opponents:
        new = replace(new, clients=new.clients or ("",), opponents=new.opponents or ("",))
    return conflicts.hits(new, [one for one in others if one.clients and one.case_id != case_id])
