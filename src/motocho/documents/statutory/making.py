"""Papers to a borrower, made of what the book says [法定書面の作成].

    made = paper_of(Kind.CONTRACT, Subject(lender, borrower, contract, on), {})

Every item of the law stands on each. A paper is texts: amounts and days come in finished. What a
paper assumes about days to come, as the law lets it, stands beside the sum that rests on it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from motocho.contact.directory import Lender
from motocho.documents.archive import Kind
from motocho.documents.paper import Heading, Paper
from motocho.documents.sheet import Align, Pair
from motocho.documents.statutory.items import ITEMS, faults_of
from motocho.kernel.revolving import DamagesBase
from motocho.kernel.schedule import DuePlan, HolidayRule, Scheme, minimum_yen
from motocho.loans.outlook import Outlook, new_loan, outlook
from motocho.loans.queries import Contract, PaidOff, Position, StatementRow, kind_name
from motocho.units.days import both_calendars_text
from motocho.units.errors import Language, RefusedError
from motocho.units.money import rate_text, yen_text

TITLES: Mapping[Kind, str] = {
    Kind.PRE_CONTRACT: "契約締結前の書面",
    Kind.CONTRACT: "契約内容を明らかにする書面（基本契約）",
    Kind.CHANGE: "契約内容の変更を明らかにする書面",
    Kind.DRAW: "貸付内容を明らかにする書面",
    Kind.DRAW_NOTICE: "貸付けのお知らせ",
    Kind.RECEIPT: "受取証書",
    Kind.MONTHLY: "取引の明細書（月次）",
    Kind.CORRECTION: "訂正の書面",
    Kind.RETURN: "契約書の返却のお知らせ",
    Kind.REMINDER: "ご連絡のお願い",
    Kind.DEMAND: "催告書",
    Kind.ACCELERATION_NOTICE: "催告書（期限の利益の喪失の予告）",
    Kind.IDENTIFICATION: "取立てを行う者と債権の内容を明らかにする書面",
}
NONE = "ありません"
_READ_WELL = "この書面の内容を十分にお読みください。"
_RECEIVED_KINDS = frozenset({"receipt", "excess_used"})


@dataclass(frozen=True, slots=True)
class Borrower:
    """To whom a paper goes [契約の相手方]."""

    name: str
    address: str = field(repr=False)
    member_number: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What a paper is about [書面の対象], and the day on which it is made."""

    lender: Lender
    borrower: Borrower
    contract: Contract
    on: date


@dataclass(frozen=True, slots=True)
class Period:
    """A time of a month at most, both days included, with what happened in it [一定期間]."""

    first_on: date
    last_on: date
    rows: tuple[StatementRow, ...]
    """All that changed what is owed, in its order."""
    last_draws_yen: Mapping[int, int]
    """The last draw at or before each event, by its number."""
    ended: Position
    """How the agreement stood as the last day ended."""


# -------------------------------------------------------------------------------- what is always so
def _always(subject: Subject) -> dict[str, str]:
    lender, terms = subject.lender, subject.contract.terms
    number = subject.contract.key.agreement_id
    return {
        "lender": f"{lender.name_ja}　{lender.address_ja}",
        "registration": lender.registration,
        "dispute_body": f"{lender.dispute_body_ja}（電話 {lender.dispute_phone}）",
        "opened_on": both_calendars_text(subject.contract.opened_on),
        "number": str(number),
        "limit": _yen(terms.limit_yen),
        "rate": f"年{rate_text(terms.rate_ppm)}（実質年率）{_free(subject)}",
        "way": "残高スライドリボルビング方式（最低返済額は借入直後の残高で決まります）",
        "damages": f"年{rate_text(terms.damages_ppm)}（実質年率）。返済期日に遅れた日数分を、"
        + _damaged(subject)
        + "に掛けて計算します。",
        "borrower": _whole_name(subject.borrower),
        "debtor": f"{subject.borrower.name}（契約番号 {number}）",
        "taken": "基本契約の申込書・契約書、本人確認書類の写し、"
        "収入証明書の写し（提出があった場合）",
        "costs": "ありません。ただし利息制限法6条2項と同法施行令1条・2条が認める実費"
        "（カードの再発行の手数料など）を負担していただくことがあります。",
        "bureau": "指定信用情報機関に、氏名・住所・生年月日・電話番号・勤務先、契約年月日、"
        "貸付けの金額、残高、返済の状況などを登録します。",
        "reckoning": "残元金×年率×日数÷365（うるう年の日は366）。借入日は数えず、返済日を数えます。"
        "1円未満は切り捨てます。",
        "place": "当社の指定する口座への振込み、口座振替、インターネットバンキングによる払込み、"
        f"または当社（{lender.address_ja}）での支払い。",
        "early": "いつでもできます。手数料はかかりません。その日までの利息と元金で計算します。",
        "acceleration": "返済期日に遅れ、当社が期限を定めて催告しても期限までに支払いがないときは、"
        "残債務の全額を直ちに支払う義務が生じます。利息制限法1条の利率を超えない範囲で効力を持ちます。",
        "security": NONE,
        "guarantor": NONE,
        "telephone_lien": "電話担保金融ではありません",
        "daily": "日賦貸金業者ではありません",
        "earlier_debt": NONE,
        "above_old_limit": "利息制限法1条の利率を超えません。"
        "超える部分があっても支払う義務はありません。",
        "may_change": "返済期間・返済回数・返済期日・返済金額は、この書面の後の"
        "借入れ・返済・返済の遅れ・条件の変更によって変わることがあります。",
        "due": _due(subject),
    }


def _whole_name(borrower: Borrower) -> str:
    """Empty without an address: such a paper lacks an item."""
    return f"{borrower.name}　{borrower.address}" if borrower.address else ""


def _yen(amount_yen: int) -> str:
    return f"{yen_text(amount_yen)}円"


def _free(subject: Subject) -> str:
    terms = subject.contract.terms
    if not terms.free_to:
        return ""
    first, last = (
        both_calendars_text(date.fromordinal(on)) for on in (terms.free_from, terms.free_to)
    )
    return f"。{first}から{last}までは利息がかかりません"


def _damaged(subject: Subject) -> str:
    base = subject.contract.product.damages_base
    return "残元金" if base is DamagesBase.BALANCE else "遅れた返済金額の元金部分"


def _due(subject: Subject) -> str:
    terms = subject.contract.terms
    plan = terms.plan
    when = (
        f"毎月{plan.day_of_month}日（その日がない月は末日）"
        if plan.scheme is Scheme.MONTHLY
        else f"借入れまたは前回の返済の日の翌日から{plan.cycle_days}日目"
    )
    if plan.holiday_rule is HolidayRule.NEXT_BUSINESS_DAY:
        when += "。金融機関の休業日のときは翌営業日まで"
    shares = "、".join(
        f"極度額{'' if one.limit_up_to_yen is None else yen_text(one.limit_up_to_yen) + '円以下は'}"
        f"{'がそれを超えるときは' if one.limit_up_to_yen is None else ''}{rate_text(one.rate_ppm)}"
        for one in terms.minimum.brackets
    )
    unit = yen_text(terms.minimum.unit_yen)
    return f"{when}。金額は借入直後の残高に次の割合を掛け、{unit}円単位に切り上げた額: {shares}。"


def ahead(subject: Subject, principal_yen: int, on: date) -> Outlook | None:
    """How a debt is paid off by minimum payments from a day on [将来の返済]."""
    terms = subject.contract.terms
    least = minimum_yen(terms.minimum, terms.limit_yen, principal_yen)
    plan: DuePlan = terms.plan
    if not principal_yen or not least:
        return None
    return outlook(new_loan(principal_yen, terms.rate_ppm, on, plan), least)


def _total(found: Outlook | None, assumption: str) -> str:
    if found is None:
        return f"この仮定では定まりません。仮定: {assumption}"
    return (
        f"合計{_yen(found.total_yen)}、{found.payments}回、{both_calendars_text(found.ends_on)}まで。"
        f"仮定: {assumption}"
    )


def of_limit(subject: Subject) -> dict[str, str]:
    """The sum that follows from the limit lent once [極度額による将来の支払い]."""
    limit_yen = subject.contract.terms.limit_yen
    found = ahead(subject, limit_yen, subject.on)
    assumption = (
        f"{both_calendars_text(subject.on)}に極度額{_yen(limit_yen)}を一回借り入れ、"
        "各回の返済期日に最低返済額を支払い、その後の借入れと遅れがないもの"
    )
    return {"total": _total(found, assumption)}


def of_rest(subject: Subject, principal_yen: int, position: Position) -> dict[str, str]:
    """What follows from what is owed: term, next due date, the sum [将来の返済の表示]."""
    if not principal_yen:
        nothing = "残存する債務はありません"
        return {"term": nothing, "total_ahead": nothing, "next_due": nothing}
    found = ahead(subject, principal_yen, subject.on)
    assumption = (
        f"{both_calendars_text(subject.on)}の残元金{_yen(principal_yen)}（ほかの借入れと合わせた額）を、"
        "各回の返済期日に最低返済額で返し、その後の借入れと遅れがないもの"
    )
    term = "この仮定では定まりません"
    if found is not None:
        term = f"{both_calendars_text(found.ends_on)}まで、{found.payments}回（{assumption}）"
    due = "定まっていません（借入れの後に決まります）"
    if position.due_on is not None:
        day = both_calendars_text(position.due_on)
        due = f"{day}、{_yen(position.due_yen)}（合わせた債務に係る額）"
    return {"term": term, "total_ahead": _total(found, assumption), "next_due": due}


# ---------------------------------------------------------------------------------------- papers
def paper_of(
    kind: Kind, subject: Subject, said: Mapping[str, str], more: tuple[Pair, ...] = ()
) -> Paper:
    """A paper with all its items in the order of the law [法定書面].

    Takes     texts of the items that are not the same for every paper of the contract; what stands
              below them.
    Raises    RefusedError if an item is missing: such a paper is none.
    Law       貸金業法16条の2, 17条, 18条, 21条, 22条 · COLL-012, 016, DOC-001…004, 007, 008.
    """
    texts = {**_always(subject), **said}
    refusal = faults_of(kind, texts)
    if refusal is not None:
        raise RefusedError(refusal.fault())
    pairs = (*(Pair(one.label, texts[one.name]) for one in ITEMS[kind]), *more)
    notes = (_READ_WELL, f"作成日: {both_calendars_text(subject.on)}")
    return _laid(kind, subject, pairs, notes)


def _laid(
    kind: Kind,
    subject: Subject,
    pairs: tuple[Pair, ...],
    notes: tuple[str, ...],
) -> Paper:
    head = (
        Pair("あて先", f"{subject.borrower.name} 様（会員番号 {subject.borrower.member_number}）"),
    )
    foot = f"{TITLES[kind]} · 契約{subject.contract.key.agreement_id}"
    return Paper(TITLES[kind], subject.on, head + pairs, (), (), notes, foot, Language.JA)


def contract(subject: Subject, kind: Kind = Kind.CONTRACT) -> Paper:
    """The contract, before it is made, when it was made, or when it changed [契約の書面]."""
    return paper_of(kind, subject, of_limit(subject))


def draw(subject: Subject, row: StatementRow, position: Position) -> Paper:
    """One draw in full · 17条1項 [貸付けの書面]."""
    said = of_rest(subject, row.principal_yen or 0, position)
    return paper_of(Kind.DRAW, subject, {**said, **_of_draw(row)})


def draw_notice(subject: Subject, row: StatementRow) -> Paper:
    """One draw in short, where a monthly statement follows · 17条6項 [簡素な書面]."""
    return paper_of(Kind.DRAW_NOTICE, subject, _of_draw(row))


def _of_draw(row: StatementRow) -> dict[str, str]:
    return {"drawn_on": both_calendars_text(row.on), "amount": _yen(row.amount_yen)}


def receipt(subject: Subject, row: StatementRow, last_draw_yen: int, payer_name: str = "") -> Paper:
    """One payment with what it met · 18条1項 [受取証書].

    Takes     in whose name the money came, as the bank wrote it; empty where it is not known.
    """
    said = {
        "lent": lent_text(last_draw_yen, row),
        "received": f"{_yen(row.amount_yen)}（{split_text(row)}）",
        "received_on": both_calendars_text(row.on),
        "is_received": "上記の金額を弁済として受領しました。",
        "payer": _payer(payer_name),
        "rest": rest_text(row),
    }
    return paper_of(Kind.RECEIPT, subject, said)


def _payer(name: str) -> str:
    """Who paid, as far as it is known: nothing is denied that nobody checked · 15条1項4号."""
    if not name:
        return "入金された方の名義は確認していません"
    return f"振込依頼人の名義: {unicodedata.normalize('NFKC', name)}"


def split_text(row: StatementRow) -> str:
    """Where a payment went [充当]: three parts always, others where there are."""
    parts = [
        f"利息 {_yen(row.to_interest_yen)}",
        f"遅延損害金 {_yen(row.to_damages_yen)}",
        f"元本 {_yen(row.to_principal_yen)}",
    ]
    others = (
        ("費用", row.to_costs_yen),
        ("償却済みの元本", row.to_written_off_yen),
        ("お預かり", row.to_excess_yen),
    )
    parts += [f"{name} {_yen(amount)}" for name, amount in others if amount]
    return "、".join(parts)


def rest_text(row: StatementRow) -> str:
    """What is owed after a row, with its parts [残存債務]."""
    return _rest_text(
        row.principal_yen or 0,
        row.unpaid_interest_yen or 0,
        row.unpaid_damages_yen or 0,
        {"費用": row.costs_yen or 0, "償却済みの元本": row.written_off_yen or 0},
    )


def standing_text(position: Position) -> str:
    """What is owed as a day ends, with its parts and what the days bore [基準日の残存債務]."""
    return _rest_text(
        position.principal_yen,
        position.interest_yen,
        position.damages_yen,
        {"費用": position.costs_yen, "償却済みの元本": position.written_off_yen},
    )


def _rest_text(
    principal_yen: int, interest_yen: int, damages_yen: int, others: Mapping[str, int]
) -> str:
    whole_yen = sum((principal_yen, interest_yen, damages_yen, *others.values()))
    parts = [
        f"元本 {_yen(principal_yen)}",
        f"利息 {_yen(interest_yen)}",
        f"遅延損害金 {_yen(damages_yen)}",
    ]
    parts += [f"{name} {_yen(amount_yen)}" for name, amount_yen in others.items() if amount_yen]
    return f"{_yen(whole_yen)}（{'、'.join(parts)}）"


def stated_text(row: StatementRow) -> str:
    """What a receipt states of its payment, in yen [記載した額]."""
    return f"{_yen(row.amount_yen)}（{split_text(row)}）。残存債務 {rest_text(row)}"


def lent_text(last_draw_yen: int, row: StatementRow) -> str:
    """What a payment is for: the last draw, and the whole with it [弁済に係る貸付け]."""
    before = (row.principal_yen or 0) + row.to_principal_yen
    return f"最後の貸付け {_yen(last_draw_yen)}（同じ基本契約の残元金 {_yen(before)}）"


def monthly(subject: Subject, period: Period, position: Position) -> Paper:
    """What happened in a month · 17条6項, 18条3項 [月次の明細]; its rows stand in a table too.

    Takes     how the agreement stands on the day of the paper: of days to come it says what follows
              from then; the rest is that of the month's last day.
    """
    draws = [row for row in period.rows if row.kind == "draw"]
    receipts = [row for row in period.rows if row.kind in _RECEIVED_KINDS]
    lent = [lent_text(period.last_draws_yen[row.event_no], row) for row in receipts]
    said = {
        **of_rest(subject, position.principal_yen, position),
        "draw_days": _listed([both_calendars_text(row.on) for row in draws]),
        "draw_amounts": _listed([_yen(row.amount_yen) for row in draws]),
        "lent": _listed(lent),
        "receipts": _listed([f"{_yen(row.amount_yen)}（{split_text(row)}）" for row in receipts]),
        "receipt_days": _listed([both_calendars_text(row.on) for row in receipts]),
        "rest": standing_text(period.ended),
    }
    made = paper_of(Kind.MONTHLY, subject, said)
    span = f"{both_calendars_text(period.first_on)}から{both_calendars_text(period.last_on)}まで"
    pairs = (made.pairs[0], Pair("期間", span), *made.pairs[1:])
    return Paper(
        made.title, made.dated_on, pairs, _COLUMNS,
        tuple(_cells(row) for row in period.rows), made.notes, made.foot, made.language,
    )  # fmt: skip


_COLUMNS = (
    Heading("日付", Align.LEFT, 10), Heading("取引", Align.LEFT, 8),
    Heading("金額(円)", Align.RIGHT, 9),
    Heading("利息", Align.RIGHT, 8), Heading("損害金", Align.RIGHT, 8),
    Heading("元本", Align.RIGHT, 9), Heading("残元金(円)", Align.RIGHT, 10),
)  # fmt: skip


def _cells(row: StatementRow) -> tuple[str | int | date, ...]:
    return (
        row.on, kind_name(row.kind, Language.JA), row.amount_yen, row.to_interest_yen,
        row.to_damages_yen, row.to_principal_yen,
        row.principal_yen or 0,
    )  # fmt: skip


def _listed(texts: Sequence[str]) -> str:
    return "／".join(texts) if texts else "期間中にありません"


def cancellation(subject: Subject, earlier: str, row: StatementRow, rest: str) -> Paper:
    """That an earlier paper holds no more, since its event was cancelled [取消しの書面]."""
    reason = "" if row.undoing is None else f"（理由: {row.undoing.reason}）"
    moved = f"、{_yen(row.amount_yen)}" if row.amount_yen else ""
    said = {
        "corrected": earlier,
        "what": f"取引{row.event_no}（{both_calendars_text(row.on)}{moved}）を"
        f"取り消しました{reason}。さきの書面は効力を持ちません。",
        "rest": rest,
    }
    return paper_of(Kind.CORRECTION, subject, said)


def correction(subject: Subject, earlier: str, row: StatementRow) -> Paper:
    """That a payment met something else than its receipt says [訂正の書面].

    Why       what is booked with an earlier date makes the rows after it anew.
    """
    what = (
        f"取引{row.event_no}（{both_calendars_text(row.on)}）の充当を、先の日付の取引を受け付けたため、"
        f"次のとおり改めます。{stated_text(row)}"
    )
    said = {"corrected": earlier, "what": what, "rest": rest_text(row)}
    return paper_of(Kind.CORRECTION, subject, said)


def contract_return(subject: Subject, paid: PaidOff) -> Paper:
    """The letter with which a contract paper goes back · 22条 [債権証書の返還]."""
    paid_on = "貸付けはありませんでした"
    if paid.last_on is not None:
        paid_on = both_calendars_text(paid.last_on)
    number = paid.key.agreement_id
    said = {
        "paid_on": paid_on,
        "enclosed": f"当社が保管していた契約書の原本（契約番号 {number}）を同封します",
    }
    return paper_of(Kind.RETURN, subject, said)
