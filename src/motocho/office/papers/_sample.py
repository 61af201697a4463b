"""A case of nobody, with every fact there: what templates are checked and shown with [見本].

Its lists all have rows, so a template's names can be looked up in them.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from motocho.claims import pleading
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import Event, History
from motocho.claims.statement import recalculate
from motocho.kernel.conventions import EventKind, Series, YearBasis
from motocho.units.errors import ensure

DAY = date(2026, 11, 21)
FACTS = {
    "client_name": "見本花子",
    "client_kana": "みほんはなこ",
    "client_postcode": "100-0000",
    "client_address": "東京都千代田区見本一丁目1番1号",
    "client_phone": "03-0000-0000",
    "client_birth_date": "1975-05-05",
    "lender_name": "架空ファイナンス株式会社",
    "lender_postcode": "100-0000",
    "lender_address": "東京都港区見本二丁目2番2号",
    "lender_representative": "代表取締役　架空太郎",
    "member_number": "12345678",
    "bank_name": "架空銀行",
    "branch_name": "見本支店",
    "account_kind": "普通",
    "account_number": "1234567",
    "account_holder": "ミホン　ハナコ",
    "court_name": "東京簡易裁判所",
    "case_number": "令和8年(ハ)第1号",
    "letter_on": "2026-11-22",
    "pay_by_on": "2026-12-21",
    "filed_on": "2027-01-12",
    "history_on": "2026-10-01",
    "settlement_yen": "300000",
    "settlement_pay_by_on": "2027-02-26",
}
"""The facts of the sample, as a person would fill them in; `office` pages offer them for it."""
_MORE = {
    "client_former_address": "東京都大田区見本三丁目3番3号",
    "agent_kind": "lawyer",
    "agent_name": "見本次郎",
    "agent_office": "見本法律事務所",
    "agent_registration": "00000",
    "agent_postcode": "100-0000",
    "agent_address": "東京都新宿区見本四丁目4番4号",
    "agent_phone": "03-0000-0001",
    "agent_fax": "03-0000-0002",
    "refunds": "2026-11-21/100000",
    "refund_costs_yen": "5000",
    "settlement_months": "3",
    "demand_on": "2026-11-25",
    "delivered_on": "2026-11-26",
    "settled_on": "2027-02-01",
    "their_claim_yen": "100000",
    "hearing_note": "民事1室",
    "more_exhibits": "契約書/架空ファイナンス株式会社/基本契約の内容",
}


@cache
def sample_content() -> pleading.Content:
    """The content of the sample: a claim, and a debt under a second contract [見本の内容]."""
    events = (
        Event(date(2001, 1, 10), EventKind.BORROW, 500_000, 292_000, contract="1"),
        Event(date(2004, 1, 10), EventKind.REPAY, 900_000, contract="1", note="推定"),
        Event(date(2020, 1, 10), EventKind.BORROW, 1_500_000, contract="2"),
    )
    history = History(events, lender=FACTS["lender_name"], title="見本", input_sha256="0" * 64)
    apart = Assumptions(year_basis=YearBasis.FIXED_365, contracts=Series.SEPARATE)
    statement = recalculate(history, apart, as_of=DAY)
    return pleading.content(statement, pleading.read(FACTS | _MORE), DAY)


@cache
def sample_fields() -> pleading.Fields:
    """The words of the sample [見本の差込項目]."""
    content = sample_content()
    listed = pleading.filing.packing_list(content)
    ensure(listed is not None, "the sample has a claim")
    packing = {} if listed is None else pleading.packing_fields(listed)
    return pleading.fields(content) | {"packing": packing}
