"""A claim as a case, from the first letter to the money: steps, days, papers, money [事件の進行].

`plan` is the way with its periods, `tracks` how a case stands on it; `receipts` checks what came to
the yen; `conflicts` compares cases, `agenda` writes calendars.
"""

from motocho.office.tracker import agenda, conflicts, plan, receipts, tracks

__all__ = ["agenda", "conflicts", "plan", "receipts", "tracks"]
