"""What the law asks to stand on each paper to a borrower, item by item; pure [書面の記載事項].

Of 金銭の貸付け by a revolving contract alone. An item that the law lets fall away on a condition is
on the paper all the same, as 「なし」, so that nobody has to know the condition. The law asks for
no item on a correction, on the letter of a returned contract paper (22条), or on a short letter
that demands nothing: those are ours.

>>> len(ITEMS[Kind.CONTRACT])
24
>>> faults_of(Kind.DRAW_NOTICE, {"drawn_on": "2026年11月3日"}).code
'DCM-001'
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from motocho.documents.archive import Kind
from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal


class Item(NamedTuple):
    """One thing that must stand on a paper [記載事項]."""

    name: str
    law: str
    label: str


_LENDER = "貸金業者の商号・住所"
_ADR = "指定紛争解決機関"

PRE_CONTRACT = (
    Item("lender", "貸金業法16条の2第2項1号", _LENDER),
    Item("limit", "貸金業法16条の2第2項2号", "極度額"),
    Item("rate", "貸金業法16条の2第2項3号", "貸付けの利率"),
    Item("way", "貸金業法16条の2第2項4号", "返済の方式"),
    Item("damages", "貸金業法16条の2第2項5号", "賠償額の予定（遅延損害金）"),
    Item("registration", "貸金業法施行規則12条の2第2項1号イ", "登録番号"),
    Item("costs", "貸金業法施行規則12条の2第2項1号ロ", "元本と利息のほかに負担する金銭"),
    Item("bureau", "貸金業法施行規則12条の2第2項1号ハ", "信用情報機関への登録"),
    Item("reckoning", "貸金業法施行規則12条の2第2項1号ニ", "利息の計算の方法"),
    Item("place", "貸金業法施行規則12条の2第2項1号ホ", "返済の方法と場所"),
    Item("due", "貸金業法施行規則12条の2第2項1号ヘ", "各回の返済期日と返済金額の決め方"),
    Item("early", "貸金業法施行規則12条の2第2項1号ト", "期日前の返済"),
    Item("acceleration", "貸金業法施行規則12条の2第2項1号チ", "期限の利益の喪失"),
    Item("total", "貸金業法施行規則12条の2第2項1号リ", "将来支払う額の合計・期間・回数"),
    Item("dispute_body", "貸金業法施行規則12条の2第2項1号ヌ", _ADR),
)
CONTRACT = (
    Item("lender", "貸金業法17条2項1号", _LENDER),
    Item("opened_on", "貸金業法17条2項2号", "契約年月日"),
    Item("limit", "貸金業法17条2項3号", "極度額"),
    Item("rate", "貸金業法17条2項4号", "貸付けの利率"),
    Item("way", "貸金業法17条2項5号", "返済の方式"),
    Item("damages", "貸金業法17条2項6号", "賠償額の予定（遅延損害金）"),
    Item("registration", "貸金業法施行規則13条3項1号イ", "登録番号"),
    Item("borrower", "貸金業法施行規則13条3項1号ロ", "契約の相手方の氏名・住所"),
    Item("taken", "貸金業法施行規則13条3項1号ハ", "当社が受け取る書面"),
    Item("costs", "貸金業法施行規則13条3項1号ニ", "元本と利息のほかに負担する金銭"),
    Item("bureau", "貸金業法施行規則13条3項1号ホ", "信用情報機関への登録"),
    Item("reckoning", "貸金業法施行規則13条3項1号ヘ", "利息の計算の方法"),
    Item("place", "貸金業法施行規則13条3項1号ト", "返済の方法と場所"),
    Item("due", "貸金業法施行規則13条3項1号チ", "各回の返済期日と返済金額の決め方"),
    Item("early", "貸金業法施行規則13条3項1号リ", "期日前の返済"),
    Item("acceleration", "貸金業法施行規則13条3項1号ヌ", "期限の利益の喪失"),
    Item("security", "貸金業法施行規則13条3項1号ル", "物的担保"),
    Item("guarantor", "貸金業法施行規則13条3項1号ヲ", "保証人"),
    Item("telephone_lien", "貸金業法施行規則13条3項1号ワ", "電話担保金融"),
    Item("above_old_limit", "貸金業法施行規則13条3項1号カ", "旧利息制限法の利率をこえる部分"),
    Item("total", "貸金業法施行規則13条3項1号ヨ", "将来支払う額の合計・期間・回数"),
    Item("may_change", "貸金業法施行規則13条3項1号タ", "返済期間・金額などの変動"),
    Item("daily", "貸金業法施行規則13条3項1号レ", "日賦貸金業者"),
    Item("dispute_body", "貸金業法施行規則13条3項1号ソ", _ADR),
)
DRAW = (
    Item("lender", "貸金業法17条1項1号", _LENDER),
    Item("drawn_on", "貸金業法17条1項2号", "契約年月日（借入日）"),
    Item("amount", "貸金業法17条1項3号", "貸付けの金額"),
    Item("rate", "貸金業法17条1項4号", "貸付けの利率"),
    Item("way", "貸金業法17条1項5号", "返済の方式"),
    Item("term", "貸金業法17条1項6号", "返済期間・返済回数"),
    Item("damages", "貸金業法17条1項7号", "賠償額の予定（遅延損害金）"),
    Item("registration", "貸金業法施行規則13条1項1号イ", "登録番号"),
    Item("debtor", "貸金業法施行規則13条1項1号ロ", "契約の相手方（契約番号）"),
    Item("taken", "貸金業法施行規則13条1項1号ハ", "当社が受け取る書面"),
    Item("costs", "貸金業法施行規則13条1項1号ニ", "元本と利息のほかに負担する金銭"),
    Item("bureau", "貸金業法施行規則13条1項1号ホ", "信用情報機関への登録"),
    Item("reckoning", "貸金業法施行規則13条1項1号ヘ", "利息の計算の方法"),
    Item("place", "貸金業法施行規則13条1項1号ト", "返済の方法と場所"),
    Item("next_due", "貸金業法施行規則13条1項1号チ", "次回の返済期日と返済金額"),
    Item("early", "貸金業法施行規則13条1項1号リ", "期日前の返済"),
    Item("acceleration", "貸金業法施行規則13条1項1号ヌ", "期限の利益の喪失"),
    Item("security", "貸金業法施行規則13条1項1号ル", "物的担保"),
    Item("guarantor", "貸金業法施行規則13条1項1号ヲ", "保証人"),
    Item("telephone_lien", "貸金業法施行規則13条1項1号ワ", "電話担保金融"),
    Item("earlier_debt", "貸金業法施行規則13条1項1号カ", "従前の債務を貸付金額とする契約"),
    Item("above_old_limit", "貸金業法施行規則13条1項1号ヨ", "旧利息制限法の利率をこえる部分"),
    Item("total_ahead", "貸金業法施行規則13条1項1号タ", "将来支払う額の合計"),
    Item("daily", "貸金業法施行規則13条1項1号レ", "日賦貸金業者"),
    Item("dispute_body", "貸金業法施行規則13条1項1号ソ", _ADR),
)
DRAW_NOTICE = (
    Item("drawn_on", "貸金業法17条6項1号", "契約年月日（借入日）"),
    Item("amount", "貸金業法17条6項2号", "貸付けの金額"),
    Item("number", "貸金業法17条6項3号", "契約番号"),
)
RECEIPT = (
    Item("lender", "貸金業法18条1項1号", _LENDER),
    Item("opened_on", "貸金業法18条1項2号", "契約年月日"),
    Item("lent", "貸金業法18条1項3号", "貸付けの金額"),
    Item("received", "貸金業法18条1項4号", "受領金額と充当"),
    Item("received_on", "貸金業法18条1項5号", "受領年月日"),
    Item("is_received", "貸金業法施行規則15条1項1号", "弁済の受領"),
    Item("registration", "貸金業法施行規則15条1項2号", "登録番号"),
    Item("debtor", "貸金業法施行規則15条1項3号", "債務者の氏名"),
    Item("payer", "貸金業法施行規則15条1項4号", "債務者以外の弁済者"),
    Item("rest", "貸金業法施行規則15条1項5号", "弁済後の残存債務の額"),
)
MONTHLY = (
    Item("lender", "貸金業法施行規則13条16項1号イ", _LENDER),
    Item("opened_on", "貸金業法施行規則13条16項1号ロ", "基本契約の契約年月日"),
    Item("limit", "貸金業法施行規則13条16項1号ハ", "極度額"),
    Item("draw_days", "貸金業法施行規則13条16項1号ニ", "期間中の借入日"),
    Item("draw_amounts", "貸金業法施行規則13条16項1号ホ", "期間中の貸付けの金額"),
    Item("rate", "貸金業法施行規則13条16項1号ヘ", "貸付けの利率"),
    Item("way", "貸金業法施行規則13条16項1号ト", "返済の方式"),
    Item("term", "貸金業法施行規則13条16項1号チ", "返済期間・返済回数"),
    Item("damages", "貸金業法施行規則13条16項1号リ", "賠償額の予定（遅延損害金）"),
    Item("debtor", "貸金業法施行規則13条16項1号ヌ", "契約の相手方（契約番号）"),
    Item("taken", "貸金業法施行規則13条16項1号ル", "当社が受け取る書面"),
    Item("costs", "貸金業法施行規則13条16項1号ヲ", "元本と利息のほかに負担する金銭"),
    Item("reckoning", "貸金業法施行規則13条16項1号ワ", "利息の計算の方法"),
    Item("place", "貸金業法施行規則13条16項1号カ", "返済の方法と場所"),
    Item("next_due", "貸金業法施行規則13条16項1号ヨ", "次回の返済期日と返済金額"),
    Item("early", "貸金業法施行規則13条16項1号タ", "期日前の返済"),
    Item("acceleration", "貸金業法施行規則13条16項1号レ", "期限の利益の喪失"),
    Item("security", "貸金業法施行規則13条16項1号ソ", "物的担保"),
    Item("guarantor", "貸金業法施行規則13条16項1号ツ", "保証人"),
    Item("earlier_debt", "貸金業法施行規則13条16項1号ネ", "従前の債務を貸付金額とする契約"),
    Item("total_ahead", "貸金業法施行規則13条16項1号ナ", "将来支払う額の合計"),
    Item("lent", "貸金業法施行規則13条16項1号ラ", "弁済に係る貸付けの金額"),
    Item("receipts", "貸金業法施行規則13条16項1号ム", "受領金額と充当"),
    Item("receipt_days", "貸金業法施行規則13条16項1号ウ", "受領年月日"),
    Item("rest", "貸金業法施行規則13条16項1号ヰ", "期間の末日の残存債務の額"),
    Item("dispute_body", "貸金業法施行規則13条16項1号ノ", _ADR),
)
CORRECTION = (
    Item("lender", "貸金業法12条の6", _LENDER),
    Item("registration", "貸金業法12条の6", "登録番号"),
    Item("debtor", "貸金業法12条の6", "契約の相手方（契約番号）"),
    Item("corrected", "貸金業法12条の6", "訂正する書面"),
    Item("what", "貸金業法12条の6", "訂正の内容"),
    Item("rest", "貸金業法12条の6", "訂正後の残存債務の額"),
)
RETURN = (
    Item("lender", "貸金業法22条", _LENDER),
    Item("registration", "貸金業法22条", "登録番号"),
    Item("debtor", "貸金業法22条", "契約の相手方（契約番号）"),
    Item("opened_on", "貸金業法22条", "契約年月日"),
    Item("paid_on", "貸金業法22条", "完済の日"),
    Item("enclosed", "貸金業法22条", "お返しするもの"),
)
REMINDER = (
    Item("lender", "貸金業法12条の6", _LENDER),
    Item("phone", "貸金業法12条の6", "お問い合わせ先"),
    Item("sender", "貸金業法12条の6", "この書面を送付する者"),
    Item("debtor", "貸金業法12条の6", "契約の相手方（契約番号）"),
)
DEMAND = (
    Item("lender_whole", "貸金業法21条2項1号", "貸金業者の商号・住所・電話番号"),
    Item("sender", "貸金業法21条2項2号", "この書面を送付する者"),
    Item("opened_on", "貸金業法21条2項3号", "契約年月日"),
    Item("lent", "貸金業法21条2項4号", "貸付けの金額"),
    Item("rate", "貸金業法21条2項5号", "貸付けの利率"),
    Item("claim_due", "貸金業法21条2項6号", "支払の催告に係る債権の弁済期"),
    Item("asked", "貸金業法21条2項7号", "支払を催告する金額"),
    Item("rest", "貸金業法施行規則19条3項1号", "催告時の残存債務の額"),
    Item("split", "貸金業法施行規則19条3項2号", "催告する金額の内訳"),
    Item("guarantor", "貸金業法施行規則19条3項3号", "保証人が負担する債務の範囲"),
)
_OF_CONTRACT = tuple(
    Item(one.name, "貸金業法施行規則19条5項3号", one.label)
    for one in CONTRACT
    if one.name != "lender"
)
_ONLY_OF_DRAW = ("drawn_on", "amount", "term", "next_due", "earlier_debt", "total_ahead")
IDENTIFICATION = (
    Item("lender_whole", "貸金業法21条3項", "貸金業者の商号・住所・電話番号"),
    Item("collector", "貸金業法21条3項", "取立てを行う者の氏名"),
    Item("authority", "貸金業法施行規則19条5項1号", "弁済を受領する権限"),
    *(
        Item(one.name, "貸金業法施行規則19条5項2号", one.label)
        for one in DRAW
        if one.name in _ONLY_OF_DRAW
    ),
    *_OF_CONTRACT,
    Item("claim_due", "貸金業法施行規則19条5項4号イ", "取り立てる債権の弁済期"),
    Item("asked", "貸金業法施行規則19条5項4号イ", "支払を催告する金額"),
    Item("rest", "貸金業法施行規則19条5項4号ロ", "残存債務の額"),
    Item("split", "貸金業法施行規則19条5項4号ロ", "催告する金額の内訳"),
)
"""17条1項 only where it says something else than 17条2項 (施行規則19条5項2号の括弧書)."""
ITEMS: Mapping[Kind, tuple[Item, ...]] = {
    Kind.PRE_CONTRACT: PRE_CONTRACT,
    Kind.CONTRACT: CONTRACT,
    Kind.CHANGE: CONTRACT,
    Kind.DRAW: DRAW,
    Kind.DRAW_NOTICE: DRAW_NOTICE,
    Kind.RECEIPT: RECEIPT,
    Kind.MONTHLY: MONTHLY,
    Kind.CORRECTION: CORRECTION,
    Kind.RETURN: RETURN,
    Kind.REMINDER: REMINDER,
    Kind.DEMAND: DEMAND,
    Kind.ACCELERATION_NOTICE: DEMAND,
    Kind.IDENTIFICATION: IDENTIFICATION,
}
_RULES: Mapping[Kind, str] = {
    Kind.PRE_CONTRACT: "DOC-001",
    Kind.CONTRACT: "DOC-002",
    Kind.CHANGE: "DOC-002",
    Kind.DRAW: "DOC-003",
    Kind.DRAW_NOTICE: "DOC-003",
    Kind.RECEIPT: "DOC-004",
    Kind.MONTHLY: "DOC-003",
    Kind.CORRECTION: "DOC-004",
    Kind.RETURN: "DOC-008",
    Kind.REMINDER: "COLL-006",
    Kind.DEMAND: "COLL-012",
    Kind.ACCELERATION_NOTICE: "COLL-012",
    Kind.IDENTIFICATION: "COLL-016",
}


def faults_of(kind: Kind, said: Mapping[str, str]) -> Refusal | None:
    """What is missing on a paper of a kind [記載事項の点検] · DOC-001…004, 007, 008.

    Takes     the text of each item, by its name.
    """
    missing = [one for one in ITEMS[kind] if not said.get(one.name, "").strip()]
    if not missing:
        return None
    first = missing[0]
    is_adr = first.name == "dispute_body" and kind is not Kind.IDENTIFICATION
    rule = "DOC-007" if is_adr else _RULES[kind]
    details = {"item": first.label, "law": first.law, "count": str(len(missing))}
    return Refusal(rule, "DCM-001", tuple(parse_citations(first.law)), details)
