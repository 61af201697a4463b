"""What passes with the credit bureau: consents, inquiries, answers, reports [信用情報].

    inquiries.ask(cursor, member_id, Need(Purpose.INCREASE, "increase 7"), actor, at)
    carry(Carrier(line_of, now, business_on))       the worker: news, files out, files in
    answers.known(cursor, asked, actor, at)         for a survey of repayment capacity alone

The types of it, and the files, are `outside.bureau`.
"""

from motocho.screening.bureau import (
    answers,
    consents,
    following,
    inquiries,
    memberships,
    reports,
    troubles,
)
from motocho.screening.bureau.answers import Became, Judged, Known, judge, known
from motocho.screening.bureau.carrying import Carried, Carrier, carry, send, take_in
from motocho.screening.bureau.consents import check_contract, give_all
from motocho.screening.bureau.following import ask_resuming
from motocho.screening.bureau.inquiries import Asked, InquiryKey, Need, ask
from motocho.screening.bureau.memberships import Bureau, Terms, join
from motocho.screening.bureau.reports import Cause, ReportKey
from motocho.screening.bureau.troubles import Facts, check_trouble, long_from, trouble_of

__all__ = [
    "Asked",
    "Became",
    "Bureau",
    "Carried",
    "Carrier",
    "Cause",
    "Facts",
    "InquiryKey",
    "Judged",
    "Known",
    "Need",
    "ReportKey",
    "Terms",
    "answers",
    "ask",
    "ask_resuming",
    "carry",
    "check_contract",
    "check_trouble",
    "consents",
    "following",
    "give_all",
    "inquiries",
    "join",
    "judge",
    "known",
    "long_from",
    "memberships",
    "reports",
    "send",
    "take_in",
    "trouble_of",
    "troubles",
]
