"""How mails leave the house, put together from what the environment says [送信の組立て]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from motocho.config import _partners
from motocho.config.settings import ORIGIN
from motocho.notices import sending
from motocho.notices.sending import Office, ToApplicant
from motocho.notices.wording import Part
from motocho.outside import clock
from motocho.outside.mail import Outcome
from motocho.people.safety import codes
from motocho.units.errors import Fault, OutsideFailure


def office() -> Office:
    """How mails leave the house [送信の設定].

    Raises    InputError for an address of a mail server that cannot be read.
    """
    return Office(_partners.post(), ORIGIN, clock.now)


def send_to_applicant(to: ToApplicant, said: tuple[Part, str], times: Mapping[str, int]) -> Outcome:
    """Send a code while its page waits: the `APPLICANT_SENDER` of the site [申込者への送信].

    Raises    OutsideFailure where the letter did not go.
    """
    return sending.send_to_applicant(to, said, times, office())


def send_code(cursor: Any, member_id: int, asked: codes.Asked) -> Fault | None:
    """Send a one-time code while its page waits: the `CODE_SENDER` of the site [確認番号の送信].

    Takes     the cursor of the transaction in which the code was made.
    Gives     the fault of an address at which nobody is, marked in the same transaction; or None.
    Raises    OutsideFailure where the letter did not go: then the code was not made either.
    """
    sent = sending.send_code(member_id, asked.code_id, asked.code, office())
    if sent is None:
        raise OutsideFailure(Fault("MBR-001"))
    if sent.outcome is Outcome.BOUNCED:
        sending.note_bounce(cursor, member_id, sent.fact_no, clock.now())
        return Fault("MBR-011")
    return None
