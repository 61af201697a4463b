"""The worklist: whom to call today, why this person, why now; who has taken whom [業務一覧].

today = gathering.today(cursor, at, hand)     everybody with a ground, ranked, as the gate allows
claim = claims.take(cursor, staff_id, members, at)      the next person, taken by one of any number
hours.best(known, policy, at)                 the next hour at which somebody is likely to answer
"""

from motocho.care.worklist import claims, gathering, hours, policy, ranking

__all__ = ["claims", "gathering", "hours", "policy", "ranking"]
