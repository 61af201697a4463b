"""A bank's counter and its net page to try things on: carries orders out, pays bills [模擬窓口].

It reads and writes what the other side would: files of the tray, fields of a notice.

>>> import json
>>> fields = json.loads(paid("99999", "1" * 20, "123456", 5_000, date(2026, 11, 22)))
>>> fields["amount_yen"], fields["paid_on"]
('5000', '20261122')
"""

from __future__ import annotations

import json
from datetime import date

from motocho.outside.teller import Answer, Fate, Order, Tray


def carry_out(tray: Tray, on: date, reason: str = "") -> list[Order]:
    """Answer every order that waits: arrived, or returned where a reason is given [振込の実行]."""
    fate = Fate.RETURNED if reason else Fate.ARRIVED
    orders = tray.unanswered()
    for order in orders:
        tray.put_answer(order.order_ref, Answer(fate, on, reason))
    return orders


def paid(
    institution_number: str, payer_number: str, confirmation_number: str, amount_yen: int, on: date
) -> bytes:
    """The notice of a bill that was paid at a bank's page [収納通知の作成]."""
    fields = {
        "institution_number": institution_number,
        "payer_number": payer_number,
        "confirmation_number": confirmation_number,
        "amount_yen": str(amount_yen),
        "receipt_number": f"FAKE-{payer_number}",
        "paid_on": f"{on:%Y%m%d}",
    }
    return json.dumps(fields).encode()
