"""What `motocho sim` does and says [模擬運用]."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motocho.cli._grid import columns
from motocho.cli._output import Output
from motocho.documents.sheet import Align
from motocho.ledger.chart import Account
from motocho.outside import clock
from motocho.simulation import run, world
from motocho.simulation.run import Lived, Watch
from motocho.simulation.world import Plan
from motocho.units.errors import Language

SCHEMA_VERSION = 1

KINDS: Mapping[str, tuple[str, str]] = {
    "member": ("会員登録", "members registered"),
    "open": ("契約", "agreements opened"),
    "draw": ("借入", "draws"),
    "send": ("振込融資の依頼", "transfers sent"),
    "draw_failed": ("振込不能", "transfers that failed"),
    "receipt": ("入金", "receipts"),
    "receipt_later": ("うち後日判明", "of these, booked later"),
    "bank_line": ("銀行明細の入金", "lines of bank statements"),
    "unmatched": ("うち消込例外", "of these, matched to nobody"),
    "by_hand": ("うち手作業の消込", "of these, matched by hand"),
    "given_back": ("うち組戻し", "of these, given back"),
    "misbooked": ("うち別人へ入金して訂正", "of these, booked to another and set right"),
    "forwarded": ("譲渡先への預り", "held for a new creditor"),
    "refund": ("返金", "refunds"),
    "excess_used": ("仮受金の充当", "held money used"),
    "cost": ("費用", "costs"),
    "reversal": ("取消", "reversals"),
    "limit": ("限度額変更", "limits changed"),
    "rate": ("利率変更", "rates changed"),
    "plan": ("返済期日変更", "due plans changed"),
    "arrangement": ("返済の取決め", "arrangements"),
    "promise": ("お支払約束", "promises"),
    "bureau": ("信用情報の回答", "bureau answers"),
    "income": ("収入証明書", "evidence of income"),
    "suspended": ("利用停止", "suspensions"),
    "lifted": ("停止解除", "suspensions lifted"),
    "acceleration": ("期限の利益喪失", "accelerations"),
    "settlement": ("和解", "settlements"),
    "write_off": ("貸倒償却", "write-offs"),
    "assignment": ("債権譲渡", "assignments"),
    "death": ("死亡", "deaths"),
    "closing": ("解約", "agreements closed"),
}
CHECKS: Mapping[str, tuple[str, str]] = {
    "trial_balances": ("試算表の貸借と現金", "trial balances and cash"),
    "agreements_replayed": ("契約の再計算照合", "agreements replayed"),
    "events_replayed": ("再計算した取引", "events replayed"),
    "lawful_rows": ("利率・二重計上の点検", "rows of lawful interest"),
    "draws_within_limit": ("限度額内の借入", "draws within the limit"),
    "journal_rows": ("日誌の行", "journal rows"),
    "entries_proved": ("元帳の検証(仕訳)", "entries proved"),
    "seals_proved": ("元帳の検証(日締め)", "seals proved"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a simulation came to, and how long it took [結果]."""

    lived: Lived
    seconds: float

    @property
    def per_second(self) -> float:
        """Commands done a second, checks and nights included [毎秒の件数]."""
        return self.lived.events / self.seconds


def lived(plan: Plan, watch: Watch, place: AbstractContextManager[Path], output: Output) -> Found:
    """Live a plan somewhere; progress goes to stderr [模擬運用]."""
    with output.stage("データベースを用意しています", "Preparing the database"):
        seals = place.__enter__()
    try:
        with output.progress("日", "days") as told:
            started = clock.now()
            found = run.live(world.make(plan), seals, watch, told=told)
            seconds = (clock.now() - started).total_seconds()
    finally:
        place.__exit__(None, None, None)
    return Found(found, seconds)


def document(found: Found) -> dict[str, Any]:
    """The result in its public form [公開形式]."""
    lived, plan = found.lived, found.lived.world.plan
    return {
        "schema_version": SCHEMA_VERSION,
        "seed": plan.seed,
        "members": plan.members,
        "begins_on": str(plan.begins_on),
        "ends_on": str(plan.ends_on),
        "days": lived.days,
        "events": lived.events,
        "done": {kind: lived.tally.done[kind] for kind in KINDS},
        "refused": dict(sorted(lived.tally.refused.items())),
        "told_again": lived.tally.repeated,
        "cut_off": lived.tally.cut_off,
        "balances_yen": {
            str(int(account)): lived.balances[account] for account in sorted(lived.balances)
        },
        "checked": {kind: lived.checked[kind] for kind in CHECKS},
        "digest": lived.digest,
        "seconds": f"{found.seconds:.1f}",
        "events_per_second": f"{found.per_second:.0f}",
    }


def text(found: Found, output: Output) -> str:
    """The result for a terminal: what happened, the balances, what was checked [表示]."""
    lived, plan = found.lived, found.lived.world.plan
    chosen = 0 if output.language is Language.JA else 1
    say = output.text
    done = [
        (names[chosen], f"{lived.tally.done[kind]:,}")
        for kind, names in KINDS.items()
        if lived.tally.done[kind]
    ]
    refusals = sum(lived.tally.refused.values())
    done += [
        (say("規則による拒否", "refused"), f"{refusals:,}"),
        (say("同じ受付の再着", "told again"), f"{lived.tally.repeated:,}"),
        (say("途中で切れてやり直し", "cut off and done again"), f"{lived.tally.cut_off:,}"),
    ]
    books = [
        (_title(account, output), f"{lived.balances[account]:,}")
        for account in sorted(lived.balances)
    ]
    checked = [(names[chosen], f"{lived.checked[kind]:,}") for kind, names in CHECKS.items()]
    span = f"{plan.begins_on} – {plan.ends_on}"
    speed = f"{found.seconds:.1f}", f"{found.per_second:.0f}"
    return "\n".join(
        [
            say(
                f"種 {plan.seed} · 会員 {plan.members:,}人 · {span}({lived.days:,}日)",
                f"seed {plan.seed} · {plan.members:,} members · {span} ({lived.days:,} days)",
            ),
            "",
            say("できごと", "What happened"),
            *columns(done, (Align.LEFT, Align.RIGHT)),
            "",
            say("残高(円)", "Balances (yen)"),
            *columns(books, (Align.LEFT, Align.RIGHT)),
            "",
            say("点検(食い違いなし)", "Checked, without a disagreement"),
            *columns(checked, (Align.LEFT, Align.RIGHT)),
            "",
            say(
                f"{lived.events:,}件を{speed[0]}秒で処理(点検・夜間処理を含む、毎秒{speed[1]}件)",
                f"{lived.events:,} events in {speed[0]} s, checks and nights included"
                f" ({speed[1]} a second)",
            ),
            say(f"帳簿の要約値 {lived.digest}", f"Digest of the book {lived.digest}"),
        ]
    )


def _title(account: Account, output: Output) -> str:
    return output.text(account.title.ja, account.title.en)
