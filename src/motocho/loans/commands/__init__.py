"""Commands: what may be done with an agreement, each in one transaction and once [契約の操作].

Every command takes the agreement, what is wanted, and how it came (`Made`); it locks the agreement,
gives the first result if the same reference came before, asks policy, and lets the event happen.
The caller's transaction commits, so a command and its journal row stand or fall together.
"""

from motocho.loans._book import Done, Key, Made, lock
from motocho.loans.commands import checks, night
from motocho.loans.commands.checks import (
    BureauAnswer,
    Evidence,
    Learned,
    Remedy,
    record_bureau_answer,
    record_income,
)
from motocho.loans.commands.ends import (
    Settlement,
    accelerate,
    assign,
    close_agreement,
    settle,
    write_off,
)
from motocho.loans.commands.imports import Arrived, receive_many
from motocho.loans.commands.intake import Parked, Taken, take_over
from motocho.loans.commands.money import (
    charge,
    draw,
    draw_arrived,
    draw_failed,
    forward,
    keep_unknown,
    recall_draw,
    receive,
    refund,
    reverse,
    send_draw,
    use_excess,
)
from motocho.loans.commands.opening import Opening, lift, open_agreement, record_death, suspend
from motocho.loans.commands.overpaid import (
    OF_BEFORE,
    check_giving_up,
    give_up_claim,
    owe_overpayment,
    pay_overpayment,
)
from motocho.loans.commands.promises import (
    Outcome,
    Pledged,
    Promise,
    judge_promise,
    open_promise,
    promise,
    promise_under,
    withdraw_promise,
)
from motocho.loans.commands.rests import (
    REST_MONTHS,
    Rest,
    end_rest,
    lift_rest,
    rest,
    rest_asked,
    rest_of,
    rests_over,
)
from motocho.loans.commands.terms import arrange, change_limit, change_plan, change_rate

__all__ = [
    "OF_BEFORE",
    "REST_MONTHS",
    "Arrived",
    "BureauAnswer",
    "Done",
    "Evidence",
    "Key",
    "Learned",
    "Made",
    "Opening",
    "Outcome",
    "Parked",
    "Pledged",
    "Promise",
    "Remedy",
    "Rest",
    "Settlement",
    "Taken",
    "accelerate",
    "arrange",
    "assign",
    "change_limit",
    "change_plan",
    "change_rate",
    "charge",
    "check_giving_up",
    "checks",
    "close_agreement",
    "draw",
    "draw_arrived",
    "draw_failed",
    "end_rest",
    "forward",
    "give_up_claim",
    "judge_promise",
    "keep_unknown",
    "lift",
    "lift_rest",
    "lock",
    "night",
    "open_agreement",
    "open_promise",
    "owe_overpayment",
    "pay_overpayment",
    "promise",
    "promise_under",
    "recall_draw",
    "receive",
    "receive_many",
    "record_bureau_answer",
    "record_death",
    "record_income",
    "refund",
    "rest",
    "rest_asked",
    "rest_of",
    "rests_over",
    "reverse",
    "send_draw",
    "settle",
    "suspend",
    "take_over",
    "use_excess",
    "withdraw_promise",
    "write_off",
]
