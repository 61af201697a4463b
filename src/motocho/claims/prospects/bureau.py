"""What a claim does to credit records and cards: each effect with who says so [信用情報への影響].

A claim after the payoff, or one that leaves no debt after recalculation, is not recorded; a debt
that is left may be. Shopping on the same card and bank loans the lender guarantees are looked at
apart, for they can turn the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from motocho.claims.prospects.sentences import Sentence
from motocho.law.lenders import Guarantee, Lender
from motocho.law.tables import Standing
from motocho.units.money import yen_text

SEED = "https://www.kabaraikin-soudan.info/acom-kabaraikin-self/"
AFTER_PAYOFF = (
    "https://www.adire.jp/lega-life-lab/overpayment-claim-credit-information-after-payment495/"
)
WHILE_PAYING = "https://www.adire.jp/lega-life-lab/overpayment-refund-request-blacklist551/"
NOT_READ = "一般的な知識 (general knowledge)"
REPORTED = "https://saimusoudan.jp/news/shinyojoho.html (産経新聞 2010-01-14)"
FIVE_YEARS = "https://shihoushoshi.jp/black-list"


class Record(Enum):
    """Whether the bureaus are likely to hold a mark [登録の見込み]."""

    NONE = "none"
    POSSIBLE = "possible"
    LIKELY = "likely"


@dataclass(frozen=True, slots=True)
class GuaranteedLoan:
    """A loan of a bank that the lender guarantees, and what is owed on it [保証付きの借入]."""

    bank: str
    product: str
    balance_yen: int


@dataclass(frozen=True, slots=True)
class Standings:
    """What decides the effect [判断の事実].

    `lender_balance_yen` is the debt by the lender's own books (0: paid off, None: not known);
    `owed_yen` and `claim_yen` after recalculation.
    """

    lender_balance_yen: int | None
    owed_yen: int
    claim_yen: int
    shopping_yen: int = 0
    loans: tuple[GuaranteedLoan, ...] = ()


@dataclass(frozen=True, slots=True)
class BureauEffect:
    """The likely record, why, and what else ends with a claim [信用情報への影響]."""

    record: Record
    reasons: tuple[Sentence, ...]
    side_effects: tuple[Sentence, ...]

    def document(self) -> dict[str, Any]:
        """The effect in its public form [公開形式]."""
        return {
            "record": self.record.value,
            "reasons": [each.document() for each in self.reasons],
            "side_effects": [each.document() for each in self.side_effects],
        }


def bureau_effect(of: Standings, lender: Lender | None) -> BureauEffect:
    """Whether a claim is likely to be recorded, and what ends with it [信用情報への影響].

    Why       pages and the lender's own practice, each named; no bureau's rules could be read.
    """
    left_yen = of.claim_yen - of.owed_yen
    record, first = _own_debt(of)
    reasons = [first]
    if of.shopping_yen:
        covered = left_yen >= of.shopping_yen
        key = "bureau_shopping_covered" if covered else "bureau_shopping"
        reasons.append(Sentence(key, {"yen": yen_text(of.shopping_yen)}, SEED))
        record = record if covered else Record.LIKELY
        left_yen -= of.shopping_yen
    for loan in of.loans:
        sentence, touched = _guaranteed(loan, left_yen)
        reasons.append(sentence)
        record = Record.POSSIBLE if touched and record is Record.NONE else record
    if record is not Record.NONE:
        reasons.append(Sentence("bureau_five_years", source=FIVE_YEARS))
        reasons.append(Sentence("professional_bureau"))
    reasons.append(Sentence("bureau_code_dropped", source=REPORTED))
    reasons.append(Sentence("bureau_rules_unread", standing=Standing.UNVERIFIED, source=NOT_READ))
    return BureauEffect(record, tuple(reasons), _side_effects(of, lender))


def _own_debt(of: Standings) -> tuple[Record, Sentence]:
    if of.lender_balance_yen == 0:
        return Record.NONE, Sentence("bureau_paid_off", source=f"{SEED} ; {AFTER_PAYOFF}")
    if of.owed_yen <= of.claim_yen:
        return Record.NONE, Sentence(
            "bureau_recalculated_to_nothing", source=f"{SEED} ; {WHILE_PAYING}"
        )
    details = {"yen": yen_text(of.owed_yen - of.claim_yen)}
    return Record.LIKELY, Sentence("bureau_debt_left", details, SEED)


def _guaranteed(loan: GuaranteedLoan, left_yen: int) -> tuple[Sentence, bool]:
    details = {"product": loan.product, "bank": loan.bank, "yen": yen_text(loan.balance_yen)}
    if left_yen >= loan.balance_yen:
        return Sentence("bureau_loan_covered", details, SEED), False
    return Sentence("bureau_loan", details, SEED), True


def _side_effects(of: Standings, lender: Lender | None) -> tuple[Sentence, ...]:
    found = [Sentence("effect_card_closed", source=SEED)]
    if of.shopping_yen:
        found.append(Sentence("effect_shopping_set_off", {"yen": yen_text(of.shopping_yen)}))
    found.append(Sentence("effect_new_contract", source=SEED))
    names = "、".join(each.product for each in guarantees_of(lender))
    if names:
        found.append(Sentence("effect_guaranteed", {"names": names}, SEED))
    return tuple(found)


def guarantees_of(lender: Lender | None) -> Sequence[Guarantee]:
    """The bank loans that this lender is known to guarantee [保証している銀行ローン].

    >>> from motocho.law.lenders import lender_by_id
    >>> [each.product for each in guarantees_of(lender_by_id("acom"))]
    ['じぶんローン', 'バンクイック']
    """
    return () if lender is None else lender.guarantees
