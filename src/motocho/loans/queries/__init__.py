"""Queries: how an agreement stands, what settles it, its rows, reasons, history [照会].

Nouns that change nothing. Each takes a cursor and a `Key`; days are dates, and what is not stored
is reckoned by the kernel from the last step that counts.
"""

from motocho.loans._capacity import (
    BureauSaid,
    IncomeShown,
    newest_answer,
    newest_income,
    own_yen,
)
from motocho.loans.queries._days import Charged
from motocho.loans.queries._steps import Undoing, Undone
from motocho.loans.queries.books import BookHistory, every_history
from motocho.loans.queries.conduct import Conduct, conduct
from motocho.loans.queries.contracts import (
    Contract,
    DebitLine,
    contract,
    debits,
    moved_between,
)
from motocho.loans.queries.demands import Asked, asked
from motocho.loans.queries.draws import Drawn, draw_of, is_overpaid, last_draw
from motocho.loans.queries.endings import PaidOff, is_settled, paid_off
from motocho.loans.queries.evidence import (
    EvidenceAsked,
    EvidenceDue,
    evidence_asked,
    evidence_due,
)
from motocho.loans.queries.explanations import Explanation, explain, kind_name
from motocho.loans.queries.forecasts import (
    Course,
    DueDay,
    Lighter,
    LimitForecast,
    PlanForecast,
    Waiting,
    is_lighter,
    lighter_forecast,
    limit_forecast,
    lower_limits,
    plan_forecast,
    plan_of,
    waiting,
)
from motocho.loans.queries.histories import (
    GIVEN_UP,
    PAID_BACK,
    TAKEN_BACK,
    Amounts,
    HistoryCase,
    case_of,
    history_case,
)
from motocho.loans.queries.listing import Listed, agreements, needs_card
from motocho.loans.queries.pledges import Pledge, pledges
from motocho.loans.queries.positions import Position, Stage, position, position_of
from motocho.loans.queries.quotes import DayTotal, Quote, payoff_quote, quote_of
from motocho.loans.queries.statements import StatementRow, statement
from motocho.loans.queries.watched import Wanted, Watch, count_watched, watched, watches_of
from motocho.loans.queries.ways import (
    Change,
    First,
    Followed,
    Ground,
    Paying,
    Search,
    Settled,
    follow,
    ground,
    longer,
    settled,
)

__all__ = [
    "GIVEN_UP",
    "PAID_BACK",
    "TAKEN_BACK",
    "Amounts",
    "Asked",
    "BookHistory",
    "BureauSaid",
    "Change",
    "Charged",
    "Conduct",
    "Contract",
    "Course",
    "DayTotal",
    "DebitLine",
    "Drawn",
    "DueDay",
    "EvidenceAsked",
    "EvidenceDue",
    "Explanation",
    "First",
    "Followed",
    "Ground",
    "HistoryCase",
    "IncomeShown",
    "Lighter",
    "LimitForecast",
    "Listed",
    "PaidOff",
    "Paying",
    "PlanForecast",
    "Pledge",
    "Position",
    "Quote",
    "Search",
    "Settled",
    "Stage",
    "StatementRow",
    "Undoing",
    "Undone",
    "Waiting",
    "Wanted",
    "Watch",
    "agreements",
    "asked",
    "case_of",
    "conduct",
    "contract",
    "count_watched",
    "debits",
    "draw_of",
    "every_history",
    "evidence_asked",
    "evidence_due",
    "explain",
    "follow",
    "ground",
    "history_case",
    "is_lighter",
    "is_overpaid",
    "is_settled",
    "kind_name",
    "last_draw",
    "lighter_forecast",
    "limit_forecast",
    "longer",
    "lower_limits",
    "moved_between",
    "needs_card",
    "newest_answer",
    "newest_income",
    "own_yen",
    "paid_off",
    "payoff_quote",
    "plan_forecast",
    "plan_of",
    "pledges",
    "position",
    "position_of",
    "quote_of",
    "settled",
    "statement",
    "waiting",
    "watched",
    "watches_of",
]
