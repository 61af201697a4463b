"""What the desk does beside calling: consultations, complaints, letters [事務の模擬]."""

from __future__ import annotations

from datetime import timedelta

from motocho.care.cases import complaints, disclosures, sorting
from motocho.care.reliefs import consultations, offers, scenarios
from motocho.care.worklist import ranking
from motocho.contact import calls, gate, tasks
from motocho.contact.calls import Result
from motocho.contact.gate import Permit, Wanted
from motocho.contact.guard import Basis, Channel, Purpose, Whom
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.loans.policy import Status
from motocho.people.facts import values
from motocho.simulation._clerk import Moment
from motocho.simulation._turns import Word, Worked
from motocho.simulation.desk._doing import Doing, Seat
from motocho.simulation.desk.talking import NOTHING, word_of
from motocho.simulation.desk.wishes import BROTHER
from motocho.simulation.world import Borrower, chance, weighted

_DESK = "card_loan"
_FOLLOW_UP_AFTER = timedelta(days=1)


class Office:
    """One seat at one moment [事務]."""

    def __init__(self, doing: Doing, seat: Seat, moment: Moment) -> None:
        self._doing, self._seat, self._moment = doing, seat, moment

    # -- the gate, for everything that is no call for a reason -------------------------------------
    def write(self, member_id: int, purpose: Purpose, way: Channel) -> None:
        """A letter, a mail, a text, a line on the own pages [文書での連絡]."""
        basis = Basis.BUREAU if chance(self._doing.thrown, 80) else Basis.OWN_RECORDS
        cause = f"letter {self._doing.form(self._seat.actor).ref}"
        self._ask(
            member_id,
            Wanted(
                purpose, cause, self._seat.actor, way=way, hand=self._seat.hand,
                basis=basis if purpose is Purpose.CAMPAIGN else Basis.OWN_RECORDS,
            ),
        )  # fmt: skip

    def ring(self, member_id: int, purpose: Purpose, whom: Whom) -> Permit | None:
        """A call that is none of the listed reasons, to wherever it rings [その他の架電]."""
        directory, cause = self._doing.directory, self._doing.form(self._seat.actor).ref
        ours = directory.outgoing(self._moment.on)[0].digits
        about = BROTHER if whom is Whom.THIRD else ""
        return self._ask(
            member_id,
            Wanted(
                purpose, f"call {cause}", self._seat.actor, ours, directory, whom=whom,
                counterpart=about, hand=self._seat.hand,
            ),
        )  # fmt: skip

    def serve(self, member_id: int, ground: ranking.Ground) -> None:
        """A call that the member asked for, and with it what they waited for is done [折返し]."""
        if ground.purpose is None or self.ring(member_id, ground.purpose, Whom.OWN) is None:
            return
        waiting = self._doing.look(tasks.of_member, member_id)
        if ground.ref in {one.task_id for one in waiting}:
            ending = tasks.Ending(tasks.Outcome.DONE, self._seat.actor)
            self._doing.do("served", tasks.end, member_id, ground.ref, ending, self._moment.at)

    def visit(self, member_id: int) -> None:
        """Somebody goes there: it counts as a call does [訪問]."""
        cause = f"visit {self._doing.form(self._seat.actor).ref}"
        wanted = Wanted(
            Purpose.ARREARS, cause, self._seat.actor, way=Channel.VISIT, hand=self._seat.hand
        )
        self._ask(member_id, wanted)

    def _ask(self, member_id: int, wanted: Wanted) -> Permit | None:
        found = self._doing.do("ask", gate.ask, member_id, wanted, self._moment.at)
        if not isinstance(found, Permit):
            self._doing.done["closed"] += found is not None
            return None
        if wanted.channel is Channel.PHONE:
            self._used(found, wanted.whom)
        return found

    def _used(self, permit: Permit, whom: Whom) -> None:
        """The number is read once, mostly; then the result is written down."""
        at, thrown = self._moment.at, self._doing.thrown
        result = Result.NOT_CALLED
        if whom is Whom.OWN and chance(thrown, 900):
            self._doing.do("number", gate.phone, permit, values.Kind.MOBILE_PHONE, at)
            result = thrown.choice((Result.SPOKEN, Result.NO_ANSWER))
        source = self._doing.form(self._seat.actor)
        self._doing.do("noted", calls.note, permit, result, source, at)

    # -- consultations -----------------------------------------------------------------------------
    def consult(self, member_id: int, borrower: Borrower) -> Worked:
        """At its hour: called, ways of paying side by side, one offered, agreed or not [相談]."""
        at = self._moment.at
        waiting = self._doing.look(consultations.waiting, 10_000)
        mine = [one for one in waiting if one.member_id == member_id and at >= one.booked_for]
        if not mine or self.ring(member_id, Purpose.ASKED_FOR, Whom.OWN) is None:
            return NOTHING
        words = self._offered(mine[0], borrower) if chance(self._doing.thrown, 800) else ()
        outcome = self._doing.thrown.choice(tuple(consultations.Outcome)[:2])
        source = self._doing.form(self._seat.actor)
        self._doing.do("consulted", consultations.end, mine[0], outcome, source, at)
        return Worked(frozenset({member_id}), words)

    def _offered(self, found: consultations.Consultation, borrower: Borrower) -> tuple[Word, ...]:
        doing, on, at, seat = self._doing, self._moment.on, self._moment.at, self._seat
        listed = doing.look(queries.agreements, found.member_id)
        for one in listed:
            if one.status is not Status.OPEN:
                continue
            told = self._able(one.key)
            ways = doing.look(scenarios.beside, one.key, told, on)
            good = [way for way in ways if way.may_be_offered and way.refusal is None]
            if not good:
                continue
            way = doing.thrown.choice(good).way
            draft = offers.Draft(one.key, way, told, found.topic, _DESK, found.consultation_id)
            made = doing.do("offer", offers.make, draft, doing.form(seat.actor), on, at)
            return () if made is None else self._answered(made, borrower)
        return ()

    def _able(self, key: Key) -> scenarios.Told:
        thrown, on = self._doing.thrown, self._moment.on
        due_yen = self._doing.look(queries.position, key, on).due_yen
        able_yen = max(1_000, due_yen * thrown.choice((5, 8, 10)) // 10)
        able_on = on + timedelta(days=thrown.randrange(1, 15))
        return scenarios.Told(able_yen, able_on, thrown.choice((2, 3, 6)))

    def _answered(self, made: offers.Offer, borrower: Borrower) -> tuple[Word, ...]:
        doing, seat, moment = self._doing, self._seat, self._moment
        answer = weighted(doing.thrown, (("agreed", 6), ("declined", 2), ("waits", 2)))
        if answer == "declined":
            source = doing.form(seat.actor)
            doing.do("declined", offers.decline, made, source, moment.on, moment.at)
        if answer != "agreed":
            return ()
        agreeing = offers.Agreeing(offers.Road.VOICE, made.shown.mark)
        given = (made, agreeing, doing.made(seat, moment.on, moment.at))
        agreed = doing.do("agreed", offers.agree, *given)
        if agreed is None or agreed.promise_no is None:
            return ()
        word = Word(agreed.key, agreed.settled.pay_on, agreed.settled.pay_yen)
        return word_of(doing, borrower, word)

    # -- papers ------------------------------------------------------------------------------------
    def tidy(self) -> None:
        """Complaints go a step on, histories too, what calls left is done [後処理]."""
        self._complaints()
        self._disclosures()
        at = self._moment.at
        ending = tasks.Ending(tasks.Outcome.DONE, self._seat.actor)
        for one in self._doing.look(tasks.waiting, (tasks.Kind.FOLLOW_UP,), 20):
            is_of_a_call = "talk" in one.plan.facts and at - one.put_at > _FOLLOW_UP_AFTER
            if is_of_a_call:
                self._doing.do("followed up", tasks.end, one.member_id, one.task_id, ending, at)

    def _complaints(self) -> None:
        nexts = {
            complaints.State.RECEIVED: complaints.State.ANSWERED,
            complaints.State.ANSWERED: complaints.State.CLOSED,
        }
        for one in self._doing.look(complaints.waiting, 20):
            self._sort(one)
            state = nexts.get(one.state)
            if state is not None and chance(self._doing.thrown, 200):
                step = complaints.Step(state, "ご不便をおかけしました。あらためます。")
                source = self._doing.form(self._seat.actor)
                self._doing.do(f"case {state.value}", complaints.add, one.key, step, source,
                               self._moment.at)  # fmt: skip

    def _sort(self, found: complaints.Case) -> None:
        """What it is about, and why it came to it; without that nobody closes it."""
        if found.sorting is None or found.sorting.root_cause is sorting.RootCause.UNKNOWN:
            category = (
                sorting.Category.DOCUMENTS if found.sorting is None else found.sorting.category
            )
            known = sorting.Sorting(category, root_cause=sorting.RootCause.PROCEDURE)
            source = self._doing.form(self._seat.actor)
            self._doing.do(
                "case sorted", complaints.sort, found.key, known, source, self._moment.at
            )

    def _disclosures(self) -> None:
        doing, at, seat = self._doing, self._moment.at, self._seat
        for one in doing.look(disclosures.open_ones)[:3]:
            source = doing.form(seat.actor)
            if one.state is disclosures.State.RECEIVED:
                proof = disclosures.Proof.QUESTIONS
                doing.do("history checked", disclosures.check, one.key, proof, source, at)
            elif one.state is disclosures.State.CHECKED:
                doing.do("history made", disclosures.make, one.key, self._moment.on, source, at)
            elif one.state is disclosures.State.MADE:
                sent = disclosures.Sent(disclosures.Proof.SITE)
                doing.do("history sent", disclosures.send, one.key, sent, source, at)
