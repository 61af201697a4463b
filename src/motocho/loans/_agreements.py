"""Agreements as their rows hold them: locked and read [契約の取得].

Everything that happens to an agreement happens under the lock of its row, taken here; all
agreements of a member are locked together in the order of their ids, because ceilings add them up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from motocho.kernel import revolving
from motocho.kernel.revolving import Rules, State
from motocho.ledger.chart import Account
from motocho.ledger.posting import Booking
from motocho.loans import _rows, products
from motocho.loans._calendar import CLOSED
from motocho.loans._page import call
from motocho.loans.policy import Facts, Status, Stop
from motocho.loans.products import Product
from motocho.units.errors import Fault, NotFoundError
from motocho.units.rows import rows_text


class Key(NamedTuple):
    """An agreement [契約の番号]."""

    member_id: int
    agreement_id: int


@dataclass(frozen=True, slots=True)
class Made:
    """How a command came: by which channel and reference, when, by whom [受付].

    `channel` and `external_ref` together are done once: coming again, they give the first result.
    """

    channel: str
    external_ref: str
    business_on: date
    booked_at: datetime
    actor: str
    money: Account = Account.BANK
    """Where money comes from or goes to."""
    settles: int | None = None
    """The pending entry that comes to pass with this."""

    def booking(self) -> Booking:
        """The same, as the ledger takes it [記帳の名]."""
        return Booking(self.channel, self.external_ref, self.business_on, self.booked_at)


@dataclass(frozen=True, slots=True)
class Loan:
    """An agreement as its row holds it, after its last event [契約]."""

    key: Key
    product: Product
    opened_on: date
    status: Status
    stops: frozenset[Stop]
    ceiling_ppm: int
    shown_limit_yen: int | None
    held_yen: int
    event_no: int
    terms_no: int
    state: State
    rules: Rules
    others_yen: int

    def facts(self, on: date) -> Facts:
        """What decisions of a day look at [判断の前提]."""
        state = revolving.advance(self.state, on.toordinal(), self.rules)
        return Facts(
            self.product,
            self.status,
            self.stops,
            state,
            self.ceiling_ppm,
            self.held_yen,
            self.shown_limit_yen,
            self.others_yen,
        )

    def standing(self) -> Facts:
        """The same as of the last event: for decisions that no passing day changes [現況]."""
        return self.facts(date.fromordinal(self.state.on))


class Found(NamedTuple):
    """A row of the database's `loan_begin` [取得した行].

    The last two are of a row that stands for a reference that came before: the event that it made,
    and the reference's place among those asked for, from one on.
    """

    member_id: int
    agreement_id: int
    product_id: str
    product_version: int
    product_row: str
    opened_on: date
    status: str
    stops: list[str]
    ceiling_ppm: int
    shown_limit_yen: int | None
    held_yen: int
    event_no: int
    terms_no: int
    terms: str
    state: str
    principal_yen: int
    made_event_no: int | None
    made_place: int | None


_BEGIN = "SELECT * FROM loan_begin(%s)"
_LOOK = """
SELECT a.member_id, a.agreement_id, a.product_id, a.product_version, p.xmin::text, a.opened_on,
    a.status, a.stops, a.ceiling_ppm, a.shown_limit_yen, a.held_yen, a.event_no, a.terms_no,
    t.content::text, a.state::text, a.principal_yen, NULL, NULL
FROM loan_agreement a
JOIN loan_product p ON p.product_id = a.product_id AND p.version = a.product_version
JOIN loan_terms t USING (member_id, agreement_id, terms_no)
WHERE a.member_id = %s
"""


def lock(cursor: Any, key: Key) -> Loan:
    """An agreement of a member, all of the member's locked [契約の取得とロック].

    Lock      the member's agreement rows, in the order of their ids, until the transaction ends.
    Raises    NotFoundError if the member has no such agreement.
    """
    return one_of(cursor, key, begun(cursor, [(key.member_id, None, None)]))


def look(cursor: Any, key: Key) -> Loan:
    """An agreement as it stands, without a lock [契約の参照].

    Raises    NotFoundError if the member has no such agreement.
    """
    cursor.execute(_LOOK, (key.member_id,))
    return one_of(cursor, key, [Found._make(row) for row in cursor.fetchall()])


def begun(cursor: Any, wanted: Sequence[tuple[int, str | None, str | None]]) -> list[Found]:
    """All agreements of members, locked; then the references that came before [契約の取得とロック].

    Takes     members, each with the channel and reference of a command, or without.
    Lock      the agreements, in the order of members and agreements.
    """
    return [Found._make(row) for row in call(cursor, _BEGIN, (rows_text(wanted),))]


def one_of(cursor: Any, key: Key, rows: Sequence[Found]) -> Loan:
    """The agreement asked for among all of its member's [契約の選択].

    Raises    NotFoundError if it is not among them.
    """
    principal = sum(row.principal_yen for row in rows)
    for row in rows:
        if row.agreement_id == key.agreement_id:
            return _loan(cursor, row, principal - row.principal_yen)
    raise NotFoundError(Fault("LON-050", details={"agreement": str(key.agreement_id)}))


def _loan(cursor: Any, row: Found, others_yen: int) -> Loan:
    product = products.by_row(cursor, row.product_id, row.product_version, row.product_row)
    terms = _rows.terms_from(row.terms)
    return Loan(
        key=Key(row.member_id, row.agreement_id),
        product=product,
        opened_on=row.opened_on,
        status=Status(row.status),
        stops=frozenset(Stop(one) for one in row.stops),
        ceiling_ppm=row.ceiling_ppm,
        shown_limit_yen=row.shown_limit_yen,
        held_yen=row.held_yen,
        event_no=row.event_no,
        terms_no=row.terms_no,
        state=_rows.state_from(row.state, terms),
        rules=product.rules(CLOSED),
        others_yen=others_yen,
    )


class Begun(NamedTuple):
    """Agreements of many members, locked [一括の受付]."""

    loans: dict[Key, Loan]
    repeats: frozenset[int]
    """The places of references that came before, from zero on."""


def begin_many(cursor: Any, wanted: Sequence[tuple[Key, Made]]) -> Begun:
    """All agreements of the members of many commands [一括の受付].

    Lock      the agreements, in the order of members and agreements.
    """
    rows = begun(cursor, [(key.member_id, made.channel, made.external_ref) for key, made in wanted])
    standing = [row for row in rows if row.made_place is None]
    owed: dict[int, int] = defaultdict(int)
    for row in standing:
        owed[row.member_id] += row.principal_yen
    loans = [_loan(cursor, row, owed[row.member_id] - row.principal_yen) for row in standing]
    repeats = frozenset(row.made_place - 1 for row in rows if row.made_place is not None)
    return Begun({loan.key: loan for loan in loans}, repeats)
