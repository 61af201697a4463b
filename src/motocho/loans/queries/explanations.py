"""Why a row is what it is: its days, its articles, where its money went, in one paragraph [理由].

Every sentence is made of the row's own numbers, so that they add up; the same text serves terminal,
paper and screen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from motocho.kernel import revolving
from motocho.kernel.accrual import YEAR_WEIGHT
from motocho.kernel.revolving import PieceKind, Relief, Rules, State, Step
from motocho.kernel.schedule import DuePlan, Scheme, bracket_of, last_day_to_pay
from motocho.loans import _book
from motocho.loans._book import Key, Loan
from motocho.loans.queries import _steps
from motocho.loans.queries._days import Charged, charged, time_text, uncut_text
from motocho.loans.queries._steps import Told, Undone, Walked
from motocho.units.errors import Fault, Language, NotFoundError
from motocho.units.money import rate_text, yen_text


@dataclass(frozen=True, slots=True)
class Explanation:
    """The paragraph of one row in both languages, and the articles it cites [行の説明]."""

    event_no: int
    text_ja: str
    text_en: str
    citations: tuple[str, ...]

    def text(self, language: Language) -> str:
        """The paragraph in one language [本文]."""
        return self.text_ja if language is Language.JA else self.text_en

    def document(self) -> dict[str, Any]:
        """The explanation as JSON [公開形式]."""
        return {
            "event_no": self.event_no,
            "text_ja": self.text_ja,
            "text_en": self.text_en,
            "citations": list(self.citations),
        }


class _Paragraph:
    """Sentences in both languages and what they cite, in order."""

    def __init__(self) -> None:
        self.ja: list[str] = []
        self.en: list[str] = []
        self.citations: dict[str, None] = {}

    def say(self, japanese: str, english: str, *citations: str) -> None:
        self.ja.append(japanese)
        self.en.append(english)
        self.citations.update(dict.fromkeys(citations))

    def explanation(self, event_no: int) -> Explanation:
        cited = tuple(self.citations)
        basis_ja = f"根拠: {'、'.join(cited)}。" if cited else ""
        basis_en = f"Law: {'; '.join(cited)}." if cited else ""
        english = " ".join([*self.en, basis_en]).strip()
        return Explanation(event_no, "".join([*self.ja, basis_ja]), english, cited)


@dataclass(frozen=True, slots=True)
class _Case:
    """A row with what its sentences need."""

    told: Told
    walked: Walked
    met: State
    """The state before, days advanced to the row's."""
    rules: Rules

    @property
    def step(self) -> Step:
        return self.told.step


def explain(cursor: Any, key: Key, event_no: int) -> Explanation:
    """The arithmetic and the law behind one row [行の説明].

    Raises    NotFoundError if the member has no such agreement, or the agreement no such event.
    """
    loan = _book.look(cursor, key)
    cursor.execute(
        "SELECT value_on, kind, cancels_no FROM loan_event WHERE member_id = %s"
        " AND agreement_id = %s AND event_no = %s",
        (*key, event_no),
    )
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("QRY-003", details={"event": str(event_no)}))
    on, kind, cancels_no = row
    if kind == "opening":
        return _opening(cursor, loan)
    if kind == "cancellation":
        return _cancellation(event_no, cancels_no)
    start = _steps.row_start(cursor, loan, on)
    told = _steps.told(cursor, loan, start, on, Undone.SHOWN)
    wanted = next(one for one in told if one.event_no == event_no)
    if wanted.undoing is not None:
        return _undone(wanted)
    counted = [one for one in told if one.undoing is None]
    walked = _steps.walk(start.state, [one.step for one in counted], loan.rules)
    found = next(
        each for one, each in zip(counted, walked, strict=True) if one.event_no == event_no
    )
    return explanation_of(wanted, found, loan.rules)


def explanation_of(told: Told, walked: Walked, rules: Rules) -> Explanation:
    """The paragraph of a row that counts: pure [行の説明の組立て]."""
    met = revolving.advance(walked.before, told.step.state.on, rules)
    case = _Case(told, walked, met, rules)
    paragraph = _Paragraph()
    _say_event(paragraph, case)
    _say_days(paragraph, case)
    _SAY[told.kind](paragraph, case)
    _say_due(paragraph, case)
    _say_balance(paragraph, told.step.state)
    return paragraph.explanation(told.event_no)


# -------------------------------------------------------------------------------- what it is
_NAMES: Mapping[str, tuple[str, str]] = {
    "opening": ("契約", "the contract"),
    "draw": ("借入", "a draw"),
    "receipt": ("入金", "a receipt"),
    "excess_used": ("仮受金の充当", "a use of held money"),
    "refund": ("過入金の返金", "a refund"),
    "cost": ("費用", "a cost"),
    "terms": ("条件変更", "new terms"),
    "arrangement": ("返済の取決め", "an arrangement"),
    "acceleration": ("期限の利益の喪失", "acceleration"),
    "waiver": ("免除", "a waiver"),
    "write_off": ("貸倒償却", "a write-off"),
    "departure": ("債権譲渡・代位弁済", "the claim passed on"),
    "cancellation": ("取消", "a cancellation"),
}


def kind_name(kind: str, language: Language) -> str:
    """What a kind of event is called [種別の名]."""
    return _NAMES[kind][0 if language is Language.JA else 1]


def _day(ordinal: int) -> date:
    return date.fromordinal(ordinal)


def _say_event(paragraph: _Paragraph, case: _Case) -> None:
    told = case.told
    name_ja, name_en = _NAMES[told.kind]
    amount = getattr(told.event, "amount_yen", None)
    sum_ja = "" if amount is None else f"{yen_text(amount)}円"
    sum_en = "" if amount is None else f" of {yen_text(amount)} yen"
    on = _day(told.event.on)
    paragraph.say(
        f"取引{told.event_no}、{on}の{name_ja}{sum_ja}です。",
        f"Event {told.event_no}, {on}: {name_en}{sum_en}.",
    )


def _opening(cursor: Any, loan: Loan) -> Explanation:
    paragraph = _Paragraph()
    terms = _steps.opened(cursor, loan).terms
    paragraph.say(
        f"取引1、{loan.opened_on}の契約です。限度額は{yen_text(terms.limit_yen)}円、利率は年"
        f"{rate_text(terms.rate_ppm)}、遅延損害金は年{rate_text(terms.damages_ppm)}です。",
        f"Event 1, {loan.opened_on}: the contract. The limit is {yen_text(terms.limit_yen)} yen, "
        f"the rate {rate_text(terms.rate_ppm)} a year, damages {rate_text(terms.damages_ppm)}.",
        "利息制限法1条",
        "利息制限法7条",
    )
    if terms.free_from:
        first, last = _day(terms.free_from), _day(terms.free_to)
        paragraph.say(
            f"{first}から{last}までは無利息です。", f"No interest from {first} to {last}."
        )
    return paragraph.explanation(1)


def _cancellation(event_no: int, cancels_no: int) -> Explanation:
    paragraph = _Paragraph()
    paragraph.say(
        f"取引{event_no}は、取引{cancels_no}の取消です。取引{cancels_no}の仕訳は反対の仕訳で消え、"
        "あとの取引は計算しなおされています。",
        f"Event {event_no} cancels event {cancels_no}: its entry is reversed, and what came after "
        "is reckoned anew.",
        "貸金業法19条",
    )
    return paragraph.explanation(event_no)


def _undone(told: Told) -> Explanation:
    paragraph = _Paragraph()
    undoing = told.undoing
    number = 0 if undoing is None else undoing.event_no
    on = told.business_on if undoing is None else undoing.business_on
    name_ja, name_en = _NAMES[told.kind]
    day = _day(told.event.on)
    reason = "" if undoing is None or not undoing.reason else undoing.reason
    paragraph.say(
        f"取引{told.event_no}、{day}の{name_ja}は、取引{number}({on})で取り消されたので、計算に入りません。",
        f"Event {told.event_no}, {day}: {name_en}. It was cancelled by event {number} ({on}) and "
        "does not count.",
        "貸金業法19条",
    )
    if reason:
        paragraph.say(f"理由: {reason}。", f"Reason: {reason}.")
    return paragraph.explanation(told.event_no)


# ------------------------------------------------------------------------------------- its days
_BORE: Mapping[PieceKind, tuple[str, str, tuple[str, ...]]] = {
    PieceKind.AGREED: ("約定利率", "the agreed rate", ("利息制限法1条",)),
    PieceKind.FREE: ("無利息期間の利率", "the rate of the interest-free days", ()),
    PieceKind.REST: ("無利息残高の利率", "the rate of a rest too small for machines", ()),
    PieceKind.DAMAGES: ("遅延損害金の利率", "the rate of damages", ("利息制限法4条・7条",)),
}


def _say_days(paragraph: _Paragraph, case: _Case) -> None:
    charges = charged(case.walked.pieces)
    for one in charges:
        name_ja, name_en, citations = _BORE[one.kind]
        rate, time, bore = rate_text(one.rate_ppm), time_text(one.span), uncut_text(one.ticks)
        paragraph.say(
            f"{one.from_on}から{one.to_on}まで{one.days}日、{yen_text(one.amount_yen)}円 × "
            f"{name_ja}{rate} × {time} = {bore}円。",
            f"From {one.from_on} to {one.to_on}, {one.days} days: {yen_text(one.amount_yen)} yen × "
            f"{name_en} {rate} × {time} = {bore} yen.",
            *citations,
        )
    _say_cut(paragraph, case, charges)
    _say_late(paragraph, case, charges)
    _say_unpaid(paragraph, case)


def _say_cut(paragraph: _Paragraph, case: _Case, charges: tuple[Charged, ...]) -> None:
    """The row's interest and its damages, each cut once."""
    if not charges:
        return
    if not _steps.row_ended(case.step.state):
        paragraph.say(
            "端数はこの行では切らず、次へ続きます。", "Nothing is cut here; the row goes on."
        )
        return
    step = case.step
    bearing = {one.kind is PieceKind.DAMAGES for one in charges if one.ticks}
    ja, en = [], []
    if False in bearing or not bearing:
        ja.append(f"利息は{yen_text(step.interest_yen)}円")
        en.append(f"the interest of the row is {yen_text(step.interest_yen)} yen")
    if True in bearing:
        ja.append(f"損害金は{yen_text(step.damages_yen)}円")
        en.append(f"its damages are {yen_text(step.damages_yen)} yen")
    paragraph.say(
        f"初日は数えず、1円未満を切り捨てて、この行の{'、'.join(ja)}です。",
        f"The first day is not counted; cut to whole yen, {' and '.join(en)}.",
        "民法140条",
    )


def _say_unpaid(paragraph: _Paragraph, case: _Case) -> None:
    before, step = case.walked.before, case.step
    for amount, of_row, name_ja, name_en in (
        (before.interest_yen, step.interest_yen, "利息", "interest"),
        (before.damages_yen, step.damages_yen, "損害金", "damages"),
    ):
        if not amount:
            continue
        sum_ja = f"、合わせて{yen_text(amount + of_row)}円になります" if of_row else "あります"
        sum_en = f", {yen_text(amount + of_row)} yen together" if of_row else ""
        paragraph.say(
            f"前の行までの未払{name_ja}が{yen_text(amount)}円(利息は付きません){sum_ja}。",
            f"Earlier rows left {yen_text(amount)} yen of unpaid {name_en}, which bear nothing"
            f"{sum_en}.",
            "民法405条",
        )


def _say_late(paragraph: _Paragraph, case: _Case, charges: tuple[Charged, ...]) -> None:
    late = [one for one in charges if one.kind is PieceKind.DAMAGES]
    since = case.met.late_since
    if not late or since is None:
        return
    if case.met.accelerated_on is not None:
        paragraph.say(
            f"{_day(case.met.accelerated_on)}に期限の利益を失っているので、利息に代えて損害金が付きます。",
            f"All fell due on {_day(case.met.accelerated_on)}: damages run in place of interest.",
            "民法419条",
        )
        return
    last = last_day_to_pay(case.met.terms.plan, since, case.rules.closed)
    moved_ja = "" if last == since else f"(休業日のため{_day(last)}まで)"
    moved_en = "" if last == since else f" (until {_day(last)}, banks being closed)"
    paragraph.say(
        f"{_day(since)}の返済期日{moved_ja}にお支払いがなかったので、翌日から利息に代えて損害金が付きます。",
        f"What was due on {_day(since)}{moved_en} was not paid: from the next day damages run in "
        "place of interest.",
        "民法419条",
        *(() if last == since else ("最判平11.3.11", "民法142条")),
    )


# -------------------------------------------------------------------------------- what it did
def _say_draw(paragraph: _Paragraph, case: _Case) -> None:
    state, terms = case.step.state, case.step.state.terms
    before = state.principal_yen - _steps.amount_yen(case.told)
    paragraph.say(
        f"残元金は{yen_text(before)}円 + {yen_text(state.principal_yen - before)}円 = "
        f"{yen_text(state.principal_yen)}円になります。",
        f"The principal becomes {yen_text(before)} + {yen_text(state.principal_yen - before)} = "
        f"{yen_text(state.principal_yen)} yen.",
        "民法587条",
    )
    rate = bracket_of(terms.minimum.brackets, terms.limit_yen).rate_ppm
    asked = uncut_text(state.principal_yen * rate * YEAR_WEIGHT)
    unit = yen_text(terms.minimum.unit_yen)
    paragraph.say(
        f"最低返済額は、借入直後の残高{yen_text(state.principal_yen)}円 × {rate_text(rate)} = "
        f"{asked}円を{unit}円単位に切り上げて{yen_text(state.minimum_yen)}円です。",
        f"The minimum payment is {yen_text(state.principal_yen)} yen × {rate_text(rate)} = {asked} "
        f"yen, rounded up to a multiple of {unit}: {yen_text(state.minimum_yen)} yen.",
    )


_PARTS = (
    ("to_costs_yen", "費用", "costs"),
    ("to_damages_yen", "損害金", "damages"),
    ("to_interest_yen", "利息", "interest"),
    ("to_principal_yen", "元金", "principal"),
    ("to_written_off_yen", "償却済みの元金", "principal written off"),
)
"""The order of appropriation · 民法489条1項."""


def _say_receipt(paragraph: _Paragraph, case: _Case) -> None:
    step = case.step
    amount = _steps.amount_yen(case.told)
    parts = [(getattr(step, name), ja, en) for name, ja, en in _PARTS if getattr(step, name)]
    met = sum(part for part, _, _ in parts)
    if len(parts) == 1:
        part, ja, en = parts[0]
        paragraph.say(
            f"{yen_text(part)}円を{ja}にあてます。",
            f"{yen_text(part)} yen go to {en}.",
            "民法489条",
        )
    elif parts:
        said_ja = "、".join(f"{ja}に{yen_text(part)}円" for part, ja, _ in parts)
        said_en = ", ".join(f"{yen_text(part)} to {en}" for part, _, en in parts)
        paragraph.say(
            f"{yen_text(amount)}円は、{said_ja}の順にあてます(計{yen_text(met)}円)。",
            f"Of {yen_text(amount)} yen go, in this order: {said_en} (together {yen_text(met)}).",
            "民法489条",
        )
    if step.to_principal_yen:
        before, paid, after = (
            yen_text(yen)
            for yen in (case.met.principal_yen, step.to_principal_yen, step.state.principal_yen)
        )
        paragraph.say(
            f"残元金は{before}円 - {paid}円 = {after}円になります。",
            f"The principal becomes {before} - {paid} = {after} yen.",
        )
    if amount > met:
        paragraph.say(
            f"借りている額を超える{yen_text(amount - met)}円は、お預りします(仮受金)。",
            f"{yen_text(amount - met)} yen beyond the debt are held for the member.",
            "民法703条",
        )
    _say_cure(paragraph, case)


def _say_cure(paragraph: _Paragraph, case: _Case) -> None:
    state = case.step.state
    if case.met.late_since is None or case.met.accelerated_on is not None:
        return
    if state.late_since is None:
        paragraph.say("これで延滞は解消しました。", "This ends the arrears.")
        return
    paragraph.say(
        f"期日を過ぎた分のうち、あと{yen_text(state.arrears_yen)}円が未払いなので、延滞は続きます。",
        f"Of what is overdue {yen_text(state.arrears_yen)} yen are still to be paid: the arrears "
        "go on.",
    )


def _say_refund(paragraph: _Paragraph, case: _Case) -> None:
    left = case.step.state.excess_yen
    paragraph.say(
        f"お預りは{yen_text(left - case.step.to_excess_yen)}円から{yen_text(left)}円になります。",
        f"What is held falls from {yen_text(left - case.step.to_excess_yen)} to {yen_text(left)} "
        "yen.",
        "民法703条",
    )


def _say_cost(paragraph: _Paragraph, case: _Case) -> None:
    del case
    paragraph.say(
        "利息とみなされない費用として、法律が認めるものです。",
        "It is one of the costs that the law does not count as interest.",
        "利息制限法6条",
    )


def _say_terms(paragraph: _Paragraph, case: _Case) -> None:
    before, after = case.walked.before.terms, case.step.state.terms
    changes_ja, changes_en = [], []
    for name, ja, en, shown in _TERMS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            changes_ja.append(f"{ja}を{shown(old)}から{shown(new)}に")
            changes_en.append(f"{en} from {shown(old)} to {shown(new)}")
    if before.plan != after.plan:
        changes_ja.append(f"返済期日を{plan_text(after.plan, Language.JA)}に")
        changes_en.append(f"due dates to {plan_text(after.plan, Language.EN)}")
    on = _day(case.told.event.on)
    paragraph.say(
        f"{on}(当日を含む)から、{'、'.join(changes_ja) or '同じ条件に'}変えました。",
        f"From {on} on, that day included: {'; '.join(changes_en) or 'the same terms'}.",
        "利息制限法1条",
    )


def _yen(amount: int) -> str:
    return f"¥{amount:,}"


_TERMS: tuple[tuple[str, str, str, Callable[[int], str]], ...] = (
    ("rate_ppm", "利率", "the rate", rate_text),
    ("damages_ppm", "遅延損害金", "damages", rate_text),
    ("limit_yen", "限度額", "the limit", _yen),
)


def plan_text(plan: DuePlan, language: Language) -> str:
    """How due dates follow each other, in words [返済期日の決め方]."""
    japanese = language is Language.JA
    if plan.scheme is Scheme.EVERY_35_DAYS:
        return f"{plan.cycle_days}日ごと" if japanese else f"every {plan.cycle_days} days"
    return f"毎月{plan.day_of_month}日" if japanese else f"day {plan.day_of_month} of each month"


def _say_arrangement(paragraph: _Paragraph, case: _Case) -> None:
    arranged = case.step.state.arrangement
    if arranged is None:
        paragraph.say("取決めを終えました。", "The arrangement ends.")
        return
    until = _day(arranged.until)
    if arranged.relief is Relief.INTEREST_ONLY:
        paragraph.say(
            f"{until}までの期日は、利息・損害金・費用だけのお支払いとします。元金は変わりません。",
            f"Due dates up to {until} ask for interest, damages and costs alone; the principal is "
            "unchanged.",
            "貸金業法17条",
        )
        return
    paragraph.say(
        f"{until}までの期日は、1回{yen_text(arranged.amount_yen)}円のお支払いとします。",
        f"Due dates up to {until} ask for {yen_text(arranged.amount_yen)} yen each.",
        "貸金業法17条",
    )


def _say_acceleration(paragraph: _Paragraph, case: _Case) -> None:
    del case
    paragraph.say(
        "催告の期限を過ぎたので、全額の期限が来ました。",
        "The demand ran out: all of the debt is due.",
        "最判平18.1.13",
    )


def _say_waiver(paragraph: _Paragraph, case: _Case) -> None:
    event = case.told.event
    names = (
        ("costs_yen", "費用", "costs"),
        ("damages_yen", "損害金", "damages"),
        ("interest_yen", "利息", "interest"),
        ("principal_yen", "元金", "principal"),
        ("written_off_yen", "償却済みの元金", "principal written off"),
    )
    parts = [(getattr(event, name, 0), ja, en) for name, ja, en in names]
    parts = [part for part in parts if part[0]]
    said_ja = "、".join(f"{ja}{yen_text(part)}円" for part, ja, _ in parts) or "なし"
    said_en = ", ".join(f"{yen_text(part)} yen of {en}" for part, _, en in parts) or "nothing"
    paragraph.say(f"免除した額: {said_ja}。", f"Given up: {said_en}.", "民法519条")


def _say_write_off(paragraph: _Paragraph, case: _Case) -> None:
    paragraph.say(
        f"元金{yen_text(case.met.principal_yen)}円を帳簿から落としました。請求する権利は残り、"
        "以後の利息・損害金は計算しません。",
        f"{yen_text(case.met.principal_yen)} yen of principal leave the books; the claim stays and "
        "bears nothing from here on.",
    )


def _say_departure(paragraph: _Paragraph, case: _Case) -> None:
    del case
    paragraph.say(
        "債権は譲受人に移り、当社への債務はなくなりました。",
        "The claim is somebody else's now; nothing is owed to us.",
        "民法466条",
        "貸金業法24条",
    )


_SAY: Mapping[str, Callable[[_Paragraph, _Case], None]] = {
    "draw": _say_draw,
    "receipt": _say_receipt,
    "excess_used": _say_receipt,
    "refund": _say_refund,
    "cost": _say_cost,
    "terms": _say_terms,
    "arrangement": _say_arrangement,
    "acceleration": _say_acceleration,
    "waiver": _say_waiver,
    "write_off": _say_write_off,
    "departure": _say_departure,
}


# -------------------------------------------------------------------------------- what follows
def _say_due(paragraph: _Paragraph, case: _Case) -> None:
    """The next due date, where the row sets it."""
    state = case.step.state
    if state.due_on is None or state.due_on == case.met.due_on:
        return
    plan = state.terms.plan
    why_ja, why_en = plan_text(plan, Language.JA), plan_text(plan, Language.EN)
    if plan.scheme is Scheme.EVERY_35_DAYS and state.due_on == case.told.event.on + plan.cycle_days:
        why_ja = f"この日から{plan.cycle_days}日後"
        why_en = f"{plan.cycle_days} days from this one"
    last = last_day_to_pay(plan, state.due_on, case.rules.closed)
    moved_ja = "" if last == state.due_on else f"。休業日のため{_day(last)}まで間に合います"
    moved_en = "" if last == state.due_on else f"; banks being closed, {_day(last)} is in time"
    paragraph.say(
        f"次のご返済期日は{_day(state.due_on)}({why_ja}){moved_ja or 'です'}。",
        f"The next due date is {_day(state.due_on)} ({why_en}){moved_en}.",
        *(() if last == state.due_on else ("最判平11.3.11", "民法142条")),
    )


def _say_balance(paragraph: _Paragraph, state: State) -> None:
    owed = (
        (state.interest_yen, "未払利息", "unpaid interest"),
        (state.damages_yen, "未払損害金", "unpaid damages"),
        (state.costs_yen, "費用", "costs"),
        (state.written_off_yen, "償却済みの元金", "principal written off"),
    )
    more = [(amount, ja, en) for amount, ja, en in owed if amount]
    more_ja = "".join(f"、{ja}は{yen_text(amount)}円" for amount, ja, _ in more)
    more_en = "".join(f", and {yen_text(amount)} yen of {en}" for amount, _, en in more)
    paragraph.say(
        f"この行のあと、残元金は{yen_text(state.principal_yen)}円{more_ja}です。",
        f"After it, {yen_text(state.principal_yen)} yen of principal are owed{more_en}.",
    )
