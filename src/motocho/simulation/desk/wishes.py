"""What members, and others for them, ask of the desk by other ways than a call [申出の模擬].

Opt-outs, wished hours, consultations, complaints, requests for the history; consents given and
taken back; counsel, guardians and heirs with their papers; agreements to be called at work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from motocho.care.cases import complaints, disclosures
from motocho.care.reliefs import consultations
from motocho.contact import counterparts, holds
from motocho.contact.counterparts import Proof, Reach
from motocho.contact.guard import Agreement, AgreementKind, HoldKind, Hours, Whom
from motocho.contact.holds import Wish
from motocho.outside.clock import JAPAN
from motocho.people import consents
from motocho.people.consents import Consent
from motocho.simulation._clerk import Moment
from motocho.simulation.desk._doing import Doing, Seat
from motocho.simulation.desk.talking import offered_hours
from motocho.simulation.world import chance, weighted

MEMBER = "member"
_KINDS: Mapping[HoldKind, int] = {
    HoldKind.NOT_NOW: 8,
    HoldKind.NEVER: 2,
    HoldKind.UNCLEAR: 3,
    HoldKind.PAUSE: 4,
    HoldKind.SELF_EXCLUDED: 1,
    HoldKind.PREFERRED_HOURS: 5,
    HoldKind.BEREAVEMENT: 2,
    HoldKind.HOSPITAL: 2,
    HoldKind.DISASTER: 1,
    HoldKind.SHARED_MAILBOX: 2,
    HoldKind.NO_JUDGEMENT: 1,
    HoldKind.THIRD_REFUSED: 2,
    HoldKind.CARE: 1,
}
BROTHER = "兄"
"""Who is asked where a member is."""
_LASTS = {HoldKind.PAUSE, HoldKind.BEREAVEMENT, HoldKind.HOSPITAL, HoldKind.DISASTER, HoldKind.CARE}
_PAPERS = {
    Whom.COUNSEL: Proof.NOTICE,
    Whom.GUARDIAN: Proof.REGISTER,
    Whom.HEIR: Proof.FAMILY_REGISTER,
}
_COMPLAINTS = ("仕事中に電話がかかってきて困ります。", "明細の文字が小さくて読めません。")


class Asking:
    """One thing that a member asks for at a moment [申出]."""

    def __init__(self, doing: Doing, seat: Seat, moment: Moment) -> None:
        self._doing, self._seat, self._moment = doing, seat, moment

    def anything(self, member_id: int) -> None:
        """Whatever the dice say [いずれかの申出]."""
        ways: tuple[tuple[Callable[[int], object], int], ...] = (
            (self._hold, 10),
            (self._end_hold, 3),
            (self._consent, 3),
            (self._consultation, 6),
            (self._cancel, 1),
            (self._complaint, 3),
            (self._disclosure, 2),
            (self._counterpart, 1),
            (self._at_work, 3),
        )
        weighted(self._doing.thrown, ways)(member_id)

    def _put(self, kind: str, command: Callable[..., Any], member_id: int, what: Any) -> Any:
        source = self._doing.form(MEMBER)
        return self._doing.do(kind, command, member_id, what, source, self._moment.at)

    def _hold(self, member_id: int) -> None:
        thrown, on = self._doing.thrown, self._moment.on
        kind = weighted(thrown, tuple(_KINDS.items()))
        last_on = on + timedelta(days=thrown.randrange(60)) if kind in _LASTS else None
        hours = None
        if kind is HoldKind.PREFERRED_HOURS:
            hours = thrown.choice((Hours(8, 12), Hours(12, 18), Hours(17, 21)))
        about = BROTHER if kind is HoldKind.THIRD_REFUSED else ""
        self._put(f"hold {kind.value}", holds.put, member_id, Wish(kind, last_on, hours, about))

    def _end_hold(self, member_id: int) -> None:
        """The member takes a wish back; what is no wish of theirs stays."""
        found = self._doing.look(holds.standing, member_id, self._moment.on)
        mine = [one for one in found if one.hold.kind in _KINDS]
        if mine:
            given = (member_id, self._doing.thrown.choice(mine).hold_id, MEMBER, self._moment.at)
            self._doing.do("hold ended", holds.end, *given)

    def _consent(self, member_id: int) -> None:
        form = self._doing.form(MEMBER)
        told = consents.Told(MEMBER, form.ref, "v1")
        command = consents.give if chance(self._doing.thrown, 600) else consents.withdraw
        campaign = Consent(consents.Kind.CAMPAIGN)
        self._doing.do("consent", command, member_id, campaign, told, self._moment.at)

    def _consultation(self, member_id: int) -> None:
        at, thrown = self._moment.at, self._doing.thrown
        offered = offered_hours(self._doing, at)
        if offered:
            topic = thrown.choice(tuple(consultations.Topic))
            wanted = consultations.Wanted(topic, thrown.choice(offered), offered)
            self._put("consultation", consultations.book, member_id, wanted)

    def _cancel(self, member_id: int) -> None:
        source = self._doing.form(MEMBER)
        given = (member_id, source, self._moment.at)
        self._doing.do("consultation cancelled", consultations.cancel, *given)

    def _complaint(self, member_id: int) -> None:
        words = self._doing.thrown.choice(_COMPLAINTS)
        told = complaints.Told(complaints.Kind.COMPLAINT, words)
        self._put("complaint", complaints.tell, member_id, told)

    def _disclosure(self, member_id: int) -> None:
        asked = disclosures.Asked(
            disclosures.Kind.HISTORY, disclosures.Who.MEMBER, disclosures.Channel.PHONE,
            disclosures.Delivery.SITE,
        )  # fmt: skip
        self._put("disclosure", disclosures.take, member_id, asked)

    def _counterpart(self, member_id: int) -> None:
        whom = self._doing.thrown.choice(tuple(_PAPERS))
        reach = Reach("見本 一郎", "見本事務所", "0312340000", "東京都千代田区見本町1-1", "1000001")
        told = counterparts.Told(whom, _PAPERS[whom], self._moment.on, reach)
        source = self._doing.form(self._seat.actor)
        given = (member_id, told, source, self._moment.at)
        self._doing.do(f"counterpart {whom.value}", counterparts.register, *given)

    def _at_work(self, member_id: int) -> None:
        thrown = self._doing.thrown
        first_on = self._moment.at.astimezone(JAPAN).date() + timedelta(days=thrown.randrange(3))
        opens = thrown.randrange(8, 18)
        agreed = Agreement(
            AgreementKind.WORK_CALLS, first_on, first_on + timedelta(days=thrown.randrange(20)),
            Hours(opens, opens + 3),
        )  # fmt: skip
        self._put("at work", holds.agree, member_id, agreed)
