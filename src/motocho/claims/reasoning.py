"""Why a row of a statement is what it is: its arithmetic and its articles, in one paragraph [理由].

Every sentence is made of the row's own numbers; the same text serves terminal, paper and screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from motocho.claims.assumptions import Assumptions
from motocho.claims.statement import Row, Segment, Statement, Yen, public_yen
from motocho.kernel.accrual import TICKS_PER_YEN, Span, interest_on, span_between, weight_of
from motocho.kernel.conventions import (
    BracketBase,
    CeilingRule,
    EventKind,
    FirstDay,
    OpeningBalance,
    OverpaymentAppropriation,
    OverpaymentRateRule,
    Rounding,
    RoundingStage,
    SegmentKind,
    Series,
    UnpaidInterest,
)
from motocho.units.errors import Fault, Language, NotFoundError
from motocho.units.money import rate_text, yen_text

DECIMALS = 2
"""Decimals of the uncut interest that a sentence shows; it is cut there, not rounded."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The paragraph of one row in both languages, and the articles it cites [行の説明]."""

    row: int
    text_ja: str
    text_en: str
    citations: tuple[str, ...]

    def text(self, language: Language) -> str:
        """The paragraph in one language [本文]."""
        return self.text_ja if language is Language.JA else self.text_en


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

    def explanation(self, row: int) -> Explanation:
        cited = tuple(self.citations)
        basis_ja = f"根拠: {'、'.join(cited)}。" if cited else ""
        basis_en = f"Law: {'; '.join(cited)}." if cited else ""
        return Explanation(
            row,
            "".join([*self.ja, basis_ja]),
            " ".join([*self.en, basis_en]).strip(),
            cited,
        )


def explain(statement: Statement, number: int) -> Explanation:
    """The arithmetic and the law behind one row [行の説明].

    Raises    NotFoundError if the statement has no row of this number.
    """
    if not 1 <= number <= len(statement.rows):
        details = {"rows": str(len(statement.rows))}
        raise NotFoundError(Fault("USE-008", excerpt=str(number), details=details))
    row = statement.rows[number - 1]
    before = _row_before(statement, row)
    paragraph = _Paragraph()
    _say_event(paragraph, row)
    if before is not None and row.days:
        if before.outstanding_principal_yen > 0:
            _say_interest(paragraph, row, before, statement.assumptions)
        elif before.overpayment_yen > 0:
            _say_earned(paragraph, row, before, statement.assumptions)
    _say_effect(paragraph, row, before, statement.assumptions)
    _say_balance(paragraph, row)
    return paragraph.explanation(number)


def _row_before(statement: Statement, row: Row) -> Row | None:
    """The row before in the same calculation."""
    joined = statement.assumptions.contracts is Series.JOINED
    earlier = [
        other
        for other in statement.rows[: row.row - 1]
        if joined or other.event.contract == row.event.contract
    ]
    return earlier[-1] if earlier else None


_KIND_JA = {
    EventKind.OPENING: "冒頭残高",
    EventKind.CARRY: "過払金の引継ぎ",
    EventKind.BORROW: "借入",
    EventKind.REPAY: "返済",
    EventKind.CLOSING: "計算日",
}
_KIND_EN = {
    EventKind.OPENING: "an opening balance",
    EventKind.CARRY: "an overpayment brought in",
    EventKind.BORROW: "an advance",
    EventKind.REPAY: "a repayment",
    EventKind.CLOSING: "a closing row",
}


def _yen(amount: Yen) -> str:
    """Yen in a sentence; a fraction as it is."""
    shown = public_yen(amount)
    return yen_text(shown) if isinstance(shown, int) else shown


def _say_event(paragraph: _Paragraph, row: Row) -> None:
    event = row.event
    if event.kind is EventKind.CLOSING:
        paragraph.say(
            f"{row.row}行目、{event.on}は計算日です(金額は動きません)。",
            f"Row {row.row}, {event.on}: a closing row; no money moves.",
        )
        return
    paragraph.say(
        f"{row.row}行目、{event.on}の{_KIND_JA[event.kind]}{_yen(event.amount_yen)}円です。",
        f"Row {row.row}, {event.on}: {_KIND_EN[event.kind]} of {_yen(event.amount_yen)} yen.",
    )


def _spans_of(segment: Segment, assumptions: Assumptions) -> Span:
    return span_between(
        segment.from_on.toordinal(), segment.to_on.toordinal(), assumptions.year_basis
    )


def _time_text(span: Span) -> str:
    """A span as sheets write it: years, then days over the days of their year."""
    parts = []
    if span.whole_years:
        parts.append(f"{span.whole_years}年")
    if span.common_days:
        parts.append(f"{span.common_days}/365")
    if span.leap_days:
        parts.append(f"{span.leap_days}/366")
    return parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"


def _uncut(amount: Yen, rate_ppm: int, span: Span) -> Fraction:
    yen, ticks = interest_on(amount * rate_ppm, weight_of(span))
    return yen + Fraction(ticks, TICKS_PER_YEN)


def _decimal(value: Fraction) -> str:
    """A fraction with its first decimals, cut; exact values end without an ellipsis."""
    scale = 10**DECIMALS
    cut = value.numerator * scale // value.denominator
    more = "" if Fraction(cut, scale) == value else "…"
    return f"{cut // scale:,}.{cut % scale:0{DECIMALS}d}{more}"


_RATE_OF = {
    SegmentKind.AGREED: ("約定利率", "the agreed rate"),
    SegmentKind.CEILING: ("制限利率", "the statutory ceiling"),
    SegmentKind.DAMAGES: ("遅延損害金の利率", "the rate of damages"),
    SegmentKind.OVERPAYMENT: ("過払利息の利率", "the rate on overpayments"),
}


def _say_pieces(
    paragraph: _Paragraph, row: Row, amount: Yen, assumptions: Assumptions, *citations: str
) -> None:
    """Each piece of a row as a product of amount, rate and time."""
    for at, segment in enumerate(row.segments):
        own_day = (
            at == 0
            and len(row.segments) > 1
            and assumptions.first_day in {FirstDay.BOTH, FirstDay.BOTH_FIRST_ONLY}
            and segment.from_on == segment.to_on
            and row.segments[1].from_on > segment.to_on
            and segment.kind is not SegmentKind.OVERPAYMENT
        )
        span = _spans_of(segment, assumptions)
        name_ja, name_en = _RATE_OF[segment.kind]
        rate = rate_text(segment.rate_ppm)
        if own_day:
            paragraph.say(
                f"借入当日({segment.from_on})の1日分を{name_ja}{rate}で加えます。",
                f"The own day of the advance ({segment.from_on}) bears {name_en}, {rate}.",
            )
            continue
        product = _decimal(_uncut(amount, segment.rate_ppm, span))
        paragraph.say(
            f"{segment.from_on}から{segment.to_on}まで、{_yen(amount)}円 × {name_ja}{rate} × "
            f"{_time_text(span)} = {product}円。",
            f"From {segment.from_on} to {segment.to_on}: {_yen(amount)} yen × {name_en} {rate} × "
            f"{_time_text(span).replace('年', ' y')} = {product} yen.",
            *citations,
        )


_CUT = {
    Rounding.FLOOR: ("1円未満を切り捨てて", "cut to whole yen"),
    Rounding.HALF_UP: ("1円未満を四捨五入して", "rounded half up"),
    Rounding.CEIL: ("1円未満を切り上げて", "rounded up"),
    Rounding.EXACT: ("端数を切らずに", "not cut"),
}


def _cut_words(assumptions: Assumptions) -> tuple[str, str]:
    japanese, english = _CUT[assumptions.rounding]
    if assumptions.rounding_stage is RoundingStage.PART and assumptions.rounding is not (
        Rounding.EXACT
    ):
        return f"年・平年の日・うるう年の日ごとに{japanese}", f"{english}, each part apart"
    return japanese, english


def _say_interest(paragraph: _Paragraph, row: Row, before: Row, assumptions: Assumptions) -> None:
    citations = []
    if any(segment.kind is SegmentKind.CEILING for segment in row.segments):
        citations.append("利息制限法1条")
    if any(segment.kind is SegmentKind.DAMAGES for segment in row.segments):
        citations.append("利息制限法4条・7条")
    _say_pieces(paragraph, row, before.outstanding_principal_yen, assumptions, *citations)
    cut_ja, cut_en = _cut_words(assumptions)
    paragraph.say(
        f"{cut_ja}、この行の利息は{_yen(row.interest_yen)}円です。",
        f"{cut_en[0].upper()}{cut_en[1:]}, the interest of the row is "
        f"{_yen(row.interest_yen)} yen.",
    )
    if before.unpaid_interest_yen > 0:
        paragraph.say(
            f"前の行までの未払利息が{_yen(before.unpaid_interest_yen)}円あります(利息は付きません)。",
            f"Unpaid interest of {_yen(before.unpaid_interest_yen)} yen is carried, bearing none.",
            "民法405条",
        )


_RATE_RULE = {
    OverpaymentRateRule.CONSTANT: ("一定の利率", "one rate"),
    OverpaymentRateRule.ORIGIN: ("最初に過払金が生じた日の法定利率", "the rate of its first day"),
    OverpaymentRateRule.SPLIT_2020: ("その日の法定利率", "the statutory rate of each day"),
    OverpaymentRateRule.TRANCHE: ("過払金ごとの発生日の法定利率", "each overpayment's own rate"),
}


def _say_earned(paragraph: _Paragraph, row: Row, before: Row, assumptions: Assumptions) -> None:
    if assumptions.overpayment_appropriation is OverpaymentAppropriation.NO_INTEREST:
        paragraph.say(
            "過払金には利息を付けない前提です。", "Overpayments bear no interest by assumption."
        )
        return
    rule_ja, rule_en = _RATE_RULE[assumptions.overpayment_rate_rule]
    paragraph.say(
        f"過払金には{rule_ja}による単利が付きます。",
        f"The overpayment bears simple interest at {rule_en}.",
        "民法704条",
        "最判平19.2.13",
        "最判平21.9.4",
    )
    if len({segment.from_on for segment in row.segments}) == len(row.segments):
        _say_pieces(paragraph, row, before.overpayment_yen, assumptions, "民法404条")
    cut_ja, cut_en = _cut_words(assumptions)
    paragraph.say(
        f"{cut_ja}、この行の過払利息は{_yen(row.overpayment_interest_row_yen)}円です。",
        f"{cut_en[0].upper()}{cut_en[1:]}, the row earns "
        f"{_yen(row.overpayment_interest_row_yen)} yen.",
    )


def _say_effect(
    paragraph: _Paragraph, row: Row, before: Row | None, assumptions: Assumptions
) -> None:
    kind = row.event.kind
    if kind is EventKind.REPAY:
        _say_repayment(paragraph, row, before, assumptions)
    elif kind is EventKind.BORROW or kind is EventKind.OPENING:
        if kind is EventKind.OPENING and assumptions.opening_balance is OpeningBalance.ZERO:
            paragraph.say(
                "冒頭残高は0円とみなす前提です(冒頭ゼロ計算)。",
                "The opening balance counts as 0 by assumption.",
            )
        else:
            _say_advance(paragraph, row, before, assumptions)
    elif kind is EventKind.CARRY:
        paragraph.say(
            f"前の計算から過払金{_yen(row.event.amount_yen)}円と利息"
            f"{_yen(row.event.carried_interest_yen)}円を引き継ぎます。",
            f"It brings in {_yen(row.event.amount_yen)} yen overpaid and "
            f"{_yen(row.event.carried_interest_yen)} yen of interest on it.",
        )


def _say_repayment(
    paragraph: _Paragraph, row: Row, before: Row | None, assumptions: Assumptions
) -> None:
    paid: Yen = row.event.amount_yen
    owed_interest = row.interest_yen + (before.unpaid_interest_yen if before else 0)
    principal = before.outstanding_principal_yen if before else 0
    if assumptions.unpaid_interest is UnpaidInterest.CAPITALIZE:
        principal, owed_interest = principal + owed_interest, 0
        paragraph.say(
            "利息は元本に組み入れてから充当する前提です。",
            "Interest is made principal before the payment, by assumption.",
            "民法405条",
        )
    to_interest = min(paid, owed_interest)
    to_principal = min(paid - to_interest, principal)
    excess = paid - to_interest - to_principal
    if to_interest or to_principal:
        paragraph.say(
            f"入金{_yen(paid)}円は、利息に{_yen(to_interest)}円、元金に{_yen(to_principal)}円を"
            "あてます。",
            f"Of {_yen(paid)} yen, {_yen(to_interest)} goes to interest and "
            f"{_yen(to_principal)} to principal.",
            "民法489条",
            "最大判昭39.11.18",
        )
    if excess > 0:
        paragraph.say(
            f"借金を超える{_yen(excess)}円は過払金です。",
            f"What exceeds the debt, {_yen(excess)} yen, is overpaid.",
            "民法703条",
            "最大判昭43.11.13",
        )


def _say_advance(
    paragraph: _Paragraph, row: Row, before: Row | None, assumptions: Assumptions
) -> None:
    lent: Yen = row.event.amount_yen
    if before is not None and before.overpayment_yen + before.overpayment_interest_yen > 0:
        owed_interest = before.overpayment_interest_yen + row.overpayment_interest_row_yen
        from_interest = owed_interest - row.overpayment_interest_yen
        from_overpayment = before.overpayment_yen - row.overpayment_yen
        lent = lent - from_interest - from_overpayment
        paragraph.say(
            f"まず業者が返すべきお金(過払利息{_yen(from_interest)}円、過払金"
            f"{_yen(from_overpayment)}円)をあて、残り{_yen(lent)}円が元金になります。",
            f"What the lender owes meets it first: {_yen(from_interest)} yen of interest and "
            f"{_yen(from_overpayment)} yen overpaid; {_yen(lent)} yen is new principal.",
            "最判平19.6.7",
            *(
                ("最判平25.4.11",)
                if assumptions.overpayment_appropriation is OverpaymentAppropriation.INTEREST_FIRST
                else ()
            ),
        )
    if lent > 0:
        _say_bracket(paragraph, row, before, assumptions)


def _say_bracket(
    paragraph: _Paragraph, row: Row, before: Row | None, assumptions: Assumptions
) -> None:
    if assumptions.ceiling_rule is CeilingRule.NONE or row.ceiling_ppm is None:
        return
    rate = rate_text(row.ceiling_ppm)
    earlier = before.ceiling_ppm if before else None
    base_ja, base_en = "充当後の元金", "the principal after set-off"
    if assumptions.bracket_base is BracketBase.GROSS:
        base_ja, base_en = "前の元金と借入の全額", "the principal before and the whole advance"
    if earlier is None:
        said = f"{base_ja}から、上限利率は年{rate}です。", f"By {base_en}, the ceiling is {rate}."
    elif row.ceiling_ppm < earlier:
        said = (
            f"{base_ja}が区分を超えたので、上限利率は年{rate_text(earlier)}から{rate}に下がります。",
            f"By {base_en}, the ceiling falls from {rate_text(earlier)} to {rate}.",
        )
    elif row.ceiling_ppm > earlier:
        said = (
            f"残高に合わせて上限利率が年{rate}に上がる前提です。",
            f"The ceiling floats up to {rate} by assumption.",
        )
    else:
        said = f"上限利率は年{rate}のままです。", f"The ceiling stays at {rate}."
    citations = ["利息制限法1条"]
    if assumptions.ceiling_rule is CeilingRule.RATCHET:
        citations.append("最判平22.4.20")
    if assumptions.bracket_base is BracketBase.NET and before and before.overpayment_yen > 0:
        citations.append("最判平25.7.18")
    paragraph.say(*said, *citations)


def _say_balance(paragraph: _Paragraph, row: Row) -> None:
    if row.overpayment_yen > 0:
        paragraph.say(
            f"この行のあと、過払金は{_yen(row.overpayment_yen)}円、過払利息は"
            f"{_yen(row.overpayment_interest_yen)}円です。",
            f"After it, {_yen(row.overpayment_yen)} yen is overpaid, with "
            f"{_yen(row.overpayment_interest_yen)} yen of interest.",
        )
        return
    unpaid_ja = unpaid_en = ""
    if row.unpaid_interest_yen > 0:
        unpaid_ja = f"、未払利息は{_yen(row.unpaid_interest_yen)}円"
        unpaid_en = f", with {_yen(row.unpaid_interest_yen)} yen of unpaid interest"
    paragraph.say(
        f"この行のあと、残元金は{_yen(row.outstanding_principal_yen)}円{unpaid_ja}です。",
        f"After it, {_yen(row.outstanding_principal_yen)} yen of principal is owed{unpaid_en}.",
    )
