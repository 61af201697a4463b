"""What leaves the house asks the list of partners first [送信先の確認] · PRIV-007.

Each way out is wrapped: who is not listed, whose contract ended or whom nobody looked at for too
long gets nothing. It is a failure of the way, not of the letter: all of it waits, and goes once
the partner is listed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from motocho.office import registers
from motocho.outside import bureau, cards, clock, identity, mail, sms, teller
from motocho.outside.bureau import Line
from motocho.outside.mail import Letter, Outcome, Post
from motocho.outside.sms import Text
from motocho.outside.teller import Answer, Order, Teller
from motocho.units.errors import OutsideFailure

BANK, CARDS, MAIL, SMS = registers.OUTBOXES
IDENTITY = registers.IDENTIFIER


def ask(partner_id: str) -> None:
    """Whether something may be sent to a partner now [送信先の確認].

    Raises    OutsideFailure where it may not: what waits goes on waiting.
    """
    with connection.cursor() as cursor:
        refused = registers.refuse_sending(cursor, partner_id, clock.business_date())
    if refused is not None:
        raise OutsideFailure(refused.fault())


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A line to a bureau that asks before each file [機関との回線]; what comes in is taken."""

    partner_id: str
    line: Line

    def put(self, name: str, data: bytes) -> None:
        """Hand a file over [送信].

        Raises    OutsideFailure where it may not have arrived, or may not go.
        """
        ask(self.partner_id)
        self.line.put(name, data)

    def waiting(self) -> Sequence[str]:
        """The names of the files that came in [受信の一覧]."""
        return self.line.waiting()

    def get(self, name: str) -> bytes:
        """The bytes of a file that came in [受信]."""
        return self.line.get(name)

    def done(self, name: str) -> None:
        """Say that a file was taken in [受信の完了]."""
        self.line.done(name)


@dataclass(frozen=True, slots=True)
class ListedPost:
    """The way of mails, asking before each [メールの送信口]."""

    post: Post

    def send(self, letter: Letter) -> Outcome:
        """Hand a letter over [送信].

        Raises    OutsideFailure where it did not go, or may not.
        """
        ask(MAIL)
        return self.post.send(letter)


@dataclass(frozen=True, slots=True)
class ListedCarrier:
    """The way of short messages, asking before each [SMSの送信口]."""

    carrier: sms.Carrier

    def send(self, text: Text) -> None:
        """Carry one text [送信].

        Raises    OutsideFailure where it did not go, or may not.
        """
        ask(SMS)
        self.carrier.send(text)


@dataclass(frozen=True, slots=True)
class ListedTeller:
    """The bank's counter, asking before each order [振込の窓口]; answers are always read."""

    teller: Teller

    def ask_open(self) -> None:
        """Whether orders are taken now [受付の照会].

        Raises    OutsideFailure where they are not, or may not be given.
        """
        ask(BANK)
        self.teller.ask_open()

    def take(self, order: Order) -> None:
        """Hand an order over [依頼の受付].

        Raises    OutsideFailure where no answer came, or it may not go.
        """
        ask(BANK)
        self.teller.take(order)

    def answer(self, order_ref: str) -> Answer | None:
        """What became of an order [結果の照会]."""
        return self.teller.answer(order_ref)


@dataclass(frozen=True, slots=True)
class ListedMaker:
    """Who makes cards, asking before each order [カード会社]; reports are always read."""

    maker: cards.Maker

    def order(self, order: cards.Order) -> None:
        """Hand an order over [発注].

        Raises    OutsideFailure where it may not have arrived, or may not go.
        """
        ask(CARDS)
        self.maker.order(order)

    def reports(self) -> Sequence[str]:
        """The names of the reports that came [報告の一覧]."""
        return self.maker.reports()

    def read(self, name: str) -> cards.Report:
        """One report [報告の読取り]."""
        return self.maker.read(name)

    def done(self, name: str) -> None:
        """Say that a report was taken in [報告の受領]."""
        self.maker.done(name)


@dataclass(frozen=True, slots=True)
class ListedVendor:
    """Who identifies people, asking before each request [本人確認の事業者]."""

    vendor: identity.Vendor

    def ask(self, request: identity.Request) -> None:
        """Hand a request over [依頼].

        Raises    OutsideFailure where it may not have arrived, or may not go.
        """
        ask(IDENTITY)
        self.vendor.ask(request)

    def result(self, request_ref: str) -> identity.Result | None:
        """What became of a request [結果の照会].

        Raises    OutsideFailure for a result that counts for nothing.
        """
        return self.vendor.result(request_ref)


def line_to(bureau_id: str) -> Line:
    """The line to a bureau [機関との回線]."""
    partner_id = registers.bureau_partner(bureau_id)
    return ListedLine(partner_id, bureau.from_environment(bureau_id))


def post() -> Post:
    """How mails leave [メールの送信口].

    Raises    InputError for an address of a mail server that cannot be read.
    """
    return ListedPost(mail.from_environment())


def texts() -> sms.Carrier:
    """How short messages leave [SMSの送信口]."""
    return ListedCarrier(sms.from_environment())


def counter() -> Teller:
    """How orders reach the bank [振込の窓口]."""
    return ListedTeller(teller.from_environment())


def maker() -> cards.Maker:
    """Who makes cards [カード会社]."""
    return ListedMaker(cards.from_environment())


def vendor() -> identity.Vendor:
    """Who identifies people at a distance [本人確認の事業者].

    Raises    InputError where the secret of the seal is too short.
    """
    return ListedVendor(identity.from_environment())
