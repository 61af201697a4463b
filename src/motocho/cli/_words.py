"""What stages, stops, steps and tasks are called on a terminal [端末の用語]."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from motocho.cli._output import Output
from motocho.close.plan import Step, TaskKind
from motocho.kernel.revolving import PieceKind
from motocho.loans.policy import Stop
from motocho.loans.queries import Stage
from motocho.loans.standing import Lateness
from motocho.people.access import Role

_LATE = {
    "late_1_to_30": ("延滞 1–30日", "late, 1–30 days"),
    "late_31_to_60": ("延滞 31–60日", "late, 31–60 days"),
    "late_61_to_90": ("延滞 61–90日", "late, 61–90 days"),
    "late_from_91": ("延滞 91日以上", "late, 91 days or more"),
    "accelerated": ("期限の利益喪失", "accelerated"),
}
WORDS: Mapping[Enum, tuple[str, str]] = {
    Stage.NOTHING_OWED: ("お借入れなし", "nothing owed"),
    Stage.REST: ("無利息残高のみ", "a rest that bears nothing"),
    Stage.ON_TIME: ("期日どおり", "on time"),
    Stage.DUE_SOON: ("期日が近づいています", "due soon"),
    Stage.DUE_TODAY: ("今日が期日です", "due today"),
    **{Stage(value): words for value, words in _LATE.items()},
    Stage.WRITTEN_OFF: ("償却済み", "written off"),
    Stage.ASSIGNED: ("譲渡済み", "assigned"),
    Stage.CLOSED: ("解約済み", "closed"),
    Lateness.CURRENT: ("正常", "current"),
    **{Lateness(value): words for value, words in _LATE.items()},
    Lateness.UNCOUNTED: ("保留(元金のみ)", "set aside"),
    Stop.MEMBER_ASKED: ("本人の申出", "the member asked"),
    Stop.RESTING: ("本人の希望による休止", "the member rests from borrowing"),
    Stop.NO_BUREAU_CONSENT: ("信用情報の同意なし", "no consent to a bureau"),
    Stop.CARD_LOST: ("カード紛失", "card lost"),
    Stop.BUREAU_CHECK_DUE: ("信用情報の調査待ち", "bureau check due"),
    Stop.INCOME_EVIDENCE_DUE: ("収入証明書の提出待ち", "income evidence due"),
    Stop.OVER_ONE_THIRD: ("年収の3分の1超", "over one third of income"),
    Stop.COUNSEL: ("受任通知", "counsel"),
    Stop.DECEASED: ("死亡", "deceased"),
    Stop.FRAUD: ("不正の疑い", "fraud"),
    Stop.CREDIT: ("与信の判断", "credit"),
    Stop.OFTEN_DRAWN: ("短期間の多数の借入れ", "many draws within a few days"),
    Stop.LATE_OFTEN: ("遅延の繰返し", "late again and again"),
    Stop.DEBTS_ELSEWHERE: ("他社での借入れ", "much was borrowed elsewhere"),
    Stop.FACTS_OLD: ("登録情報の未確認", "registered facts not confirmed"),
    Stop.EMPLOYER_CHANGED: ("勤務先の変更の確認待ち", "new employer not confirmed"),
    Stop.UNREACHABLE: ("連絡不能", "unreachable"),
    Stop.SELF_EXCLUDED: ("貸付自粛", "self-excluded"),
    Role.OPERATOR: ("担当", "operator"),
    Role.REVIEWER: ("審査", "reviewer"),
    Role.SUPERVISOR: ("上長", "supervisor"),
    Role.AUDITOR: ("監査", "auditor"),
    Role.ADMINISTRATOR: ("管理", "administrator"),
    PieceKind.AGREED: ("利息", "interest"),
    PieceKind.FREE: ("無利息期間", "interest-free"),
    PieceKind.REST: ("無利息残高", "rest"),
    PieceKind.DAMAGES: ("損害金", "damages"),
    Step.RECEIPTS: ("銀行入金の消込", "receipts matched"),
    Step.DUE_DATES: ("返済期日の経過", "due dates passed"),
    Step.PROMISES: ("お支払約束の判定", "promises judged"),
    Step.ARREARS: ("延滞段階", "stages of arrears"),
    Step.CHECKS_OVERDUE: ("途上与信の期限切れ", "checks overdue"),
    Step.PERIODS: ("途上与信の期間満了", "periods ended"),
    Step.RENEWALS: ("契約の更新", "renewals"),
    Step.DOCUMENTS: ("交付する書面", "documents due"),
    Step.DUE_SOON: ("返済期日のご案内", "due dates soon"),
    Step.NOTICES: ("お知らせ", "notices due"),
    Step.REFUNDS: ("過入金の返金", "refunds"),
    Step.TASKS: ("業務の登録", "tasks"),
    Step.COLLECTIONS: ("督促の段階", "steps about arrears"),
    Step.OUTDATED: ("期限の過ぎた業務", "tasks outdated"),
    Step.ACCRUAL: ("未収利息の報告", "accrual report"),
    Step.TRIAL_BALANCE: ("試算表の照合", "trial balance"),
    Step.NEXT_DATE: ("翌営業日付へ", "next business date"),
    TaskKind.DUE_SOON: ("返済期日のご案内", "due date comes"),
    TaskKind.DUE_MISSED: ("お支払いのお願い", "due date missed"),
    TaskKind.DRAWS_STOPPED: ("ご融資停止のお知らせ", "draws stopped"),
    TaskKind.BUREAU_CHECK: ("途上与信", "bureau check"),
    TaskKind.INCOME_EVIDENCE: ("収入証明書の徴求", "income evidence"),
    TaskKind.RENEWAL: ("契約の自動更新", "renewal"),
    TaskKind.CONTRACT_DOCUMENT: ("契約時の書面", "contract document"),
    TaskKind.CHANGE_DOCUMENT: ("変更時の書面", "change document"),
    TaskKind.DRAW_DOCUMENT: ("借入れの書面", "draw document"),
    TaskKind.RECEIPT_DOCUMENT: ("受取証書", "receipt document"),
    TaskKind.REFUND: ("過入金の返金", "refund"),
    TaskKind.FAILED_DRAW: ("振込不能の連絡", "failed draw"),
    TaskKind.ESTATE: ("相続の確認", "estate"),
}


def word(one: Enum, output: Output) -> str:
    """What something is called, in the output's language [用語]."""
    return output.text(*WORDS[one])
