"""Links that were asked for, and drafts whose days are over [申込みの夜間処理]."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from motocho.config._mailing import office
from motocho.notices import sending
from motocho.notices.sending import ToApplicant
from motocho.notices.wording import Part
from motocho.outside import clock
from motocho.outside.clock import JAPAN
from motocho.screening.applying import applying_on, drafts, links


def write_link(*, claim_id: int) -> None:
    """Look whose an address is, and send the link that leads back [再開リンクの送信].

    Killed after the letter went, the job comes again: the same letter with the same link.
    """
    at = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        mail = links.look(cursor, claim_id, at)
    if mail is not None:
        policy = applying_on(at.astimezone(JAPAN).date())
        times = {"minutes": policy.code_minutes, "hours": policy.link_hours}
        to = ToApplicant(mail.letter_id, mail.address, mail.language)
        sending.send_to_applicant(to, (Part.LINK, mail.token), times, office())
    with transaction.atomic(), connection.cursor() as cursor:
        links.done(cursor, claim_id)


def forget_drafts(*, timestamp: int) -> None:
    """Erase drafts whose days are over, links, askings that nobody looked at [下書きの消去]."""
    at = datetime.fromtimestamp(timestamp, JAPAN)
    with transaction.atomic(), connection.cursor() as cursor:
        drafts.forget(cursor, at)
