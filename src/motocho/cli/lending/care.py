"""`motocho care …`: the list of the day, arrears, complaints, counsel, approvals [業務]."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli._output import Output
from motocho.cli.lending import _collecting, cases, deciding
from motocho.cli.lending._book_of_loans import (
    AtOption,
    OnOption,
    moment_of,
    output_in,
    reading,
    today,
)
from motocho.documents.sheet import Align
from motocho.outside.clock import JAPAN
from motocho.units.money import rate_text, yen_text

if TYPE_CHECKING:
    from motocho.care.reliefs import promises as engine
    from motocho.care.worklist import gathering, ranking
    from motocho.contact.guard import Hand

SCHEMA_VERSION = 1
USUAL_DAYS = 31
VERDICTS = {
    "kept": ("履行", "Kept"),
    "partly": ("一部", "Partly"),
    "broken": ("不履行", "Broken"),
    "open": ("期限前", "Open"),
    "withdrawn": ("取下げ", "Withdrawn"),
}
WAYS = {
    "interest_only": ("利息だけ", "interest only"),
    "reduced": ("減額", "smaller payments"),
    "promise": ("日と額", "day and amount"),
    "two_months": ("2回分", "two payments"),
    "minimum": ("最低額", "minimum"),
    "longer": ("期間延長", "longer term"),
    "instalments": ("分割", "in parts"),
    "none": ("提案なし", "no offer"),
    "all": ("すべて", "All"),
}

WHYS = {
    "consultation": ("返済相談の予約", "consultation"),
    "call_back": ("折り返し", "call-back"),
    "promise_missed": ("約束日超過", "promise overdue"),
    "promise_today": ("本日の約束", "promise of today"),
    "task": ("架電の予定", "planned call"),
    "reply": ("回答待ち", "waits for an answer"),
    "follow_up": ("後処理", "follow-up"),
    "papers": ("書類", "papers"),
    "late": ("延滞", "late"),
    "due_soon": ("期日前", "due soon"),
}
SORTS = {
    "acceleration": ("期限の利益を失わせるか決める", "decide whether all falls due"),
    "handover": ("法的手続・償却を決める", "decide: court or write-off"),
    "paper": ("取立てを行う者の明示の書面", "give in writing who collects"),
    "wants": ("代理人：事務所・取引履歴", "counsel: office, history"),
    "violation": ("訪問の違反", "a visit that broke a rule"),
    "talk": ("通話の後処理", "what a call left"),
    "disclosure": ("開示の期限", "a disclosure is due"),
    "fraud": ("被害の届出", "fraud report"),
    "list": ("凍結口座の名簿", "listed account"),
    "family_report": ("家族からの申出", "a family's report"),
    "third": ("年収の3分の1超の措置", "above a third: cut, or leave stopped"),
    "card_order": ("戻ってきたカード", "a card that came back"),
    "card_renewal": ("カードの更新：連絡がつかない", "card renewal: nobody reached"),
    "reach_again": ("もう一度連絡する", "could not be reached: try again"),
    "bureau_consent": ("信用情報の照会：同意なし", "bureau inquiry: no consent"),
    "bureau_silent": ("信用情報機関の返事なし", "no reply from the bureau"),
    "bureau_doubt": ("信用情報の回答が本人か確かめる", "bureau answer in doubt"),
    "bureau_rejected": ("信用情報の登録の不受理", "a bureau report not taken"),
    "claim_answer": ("過払金請求への回答の期限", "a claim waits for our answer"),
    "claim_their_answer": ("和解案への返事の期限", "their answer to our offer is due"),
    "claim_pay": ("過払金を支払う期限", "an overpayment is to be paid"),
    "claim_correct": ("信用情報の訂正", "bureau data are to be put right"),
    "objection_over": ("督促異議の期間満了", "time to object is over"),
    "order_lapses": ("支払督促の失効", "the payment order lapsed"),
    "appeal_over": ("控訴の期間満了", "time to appeal is over"),
    "hearing": ("口頭弁論の期日", "day in court"),
    "unpaid_report": ("支払を受けていない旨の届出", "report that nothing was paid"),
    "collects": ("差押えの取立て", "collect what was seized"),
    "time_bar": ("時効の完成猶予の終わり", "prescription goes on soon"),
}
GROUNDS = {
    "wish": ("本人の希望", "wish"),
    "own": ("本人の実績", "own calls"),
    "house": ("全体の実績", "everybody's calls"),
    "none": ("実績なし", "too little known"),
}

app = typer.Typer(
    help="返済相談・本日の業務・督促 / Consultations, the day's list, arrears.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(cases.complaints_app, name="complaints")
app.add_typer(cases.disclose_app, name="disclose")
app.add_typer(deciding.counsel_app, name="counsel")
app.add_typer(deciding.approvals_app, name="approvals")


@app.callback()
def group() -> None:
    """返済相談・督促 / Consultations, arrears."""


app.command("stages")(_collecting.stages)
app.command("strategy")(_collecting.strategy)
app.command("demand")(_collecting.demand)


@app.command("promises")
def promises(
    first: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DATE",
            help="約束日の最初の日 / First promised day (default: 31 days before the last).",
            show_default=False,
        ),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="DATE",
            help="約束日の最後の日 / Last promised day (default: the day of the report).",
            show_default=False,
        ),
    ] = None,
    on: OnOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """お支払約束の履行率 / How promises were kept, from the receipts of the ledger.

    例 / Examples:  motocho care promises · motocho care promises --from 2026-11-01 --json
    """
    from motocho.care.reliefs import promises as engine

    output, day = output_in(lang), today(on)
    last_on = day_of(last, "--until") or day
    first_on = day_of(first, "--from") or last_on - timedelta(days=USUAL_DAYS)
    with reading() as cursor:
        found = engine.report(cursor, first_on, last_on, day)
    groups = {"all": (found.all,), "by_desk": found.by_desk, "by_way": found.by_way}
    if json_wanted:
        days = {"from": first_on.isoformat(), "until": last_on.isoformat(), "on": day.isoformat()}
        rates = {name: [_document(one) for one in rates] for name, rates in groups.items()}
        output.document({"schema_version": SCHEMA_VERSION, **days, **rates})
        return
    _table(output, (first_on, last_on), groups)


def _table(
    output: Output, days: tuple[date, date], groups: dict[str, tuple[engine.Rate, ...]]
) -> None:
    heads = [
        output.text("区分", "Group"),
        *(output.text(*said) for said in VERDICTS.values()),
        output.text("履行率", "Kept rate"),
        output.text("約束額", "Promised"),
        output.text("入金額", "Paid"),
    ]
    rows = [
        [output.text(*WAYS.get(one.name, (one.name, one.name))), *_figures(one)]
        for rates in groups.values()
        for one in rates
    ]
    output.data(output.text(f"約束日 {days[0]}〜{days[1]}", f"Promised for {days[0]} – {days[1]}"))
    output.data(grid(heads, [Align.LEFT, *[Align.RIGHT] * (len(heads) - 1)], rows))


def _figures(one: engine.Rate) -> list[str]:
    counts = [str(count) for _, count in one.counts]
    kept = "–" if one.shown_ppm is None else rate_text(one.shown_ppm)
    return [*counts, kept, yen_text(one.promised_yen), yen_text(one.paid_yen)]


def _document(one: engine.Rate) -> dict[str, Any]:
    counts = {verdict.value: count for verdict, count in one.counts}
    return {
        "name": one.name,
        **counts,
        "kept_ppm": one.kept_ppm,
        "promised_yen": one.promised_yen,
        "paid_yen": one.paid_yen,
    }


@app.command("queue")
def queue(
    at: AtOption = None,
    most: Annotated[
        int, typer.Option("--most", min=1, help="表示する人数 / How many are shown.")
    ] = 20,
    is_supervisor: Annotated[
        bool, typer.Option("--supervisor", help="上長として / As a supervisor would call.")
    ] = False,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """本日の業務: だれに、なぜ、いま連絡するか / Whom to reach now, and why; who waits for later.

    見るだけで、だれも確保しません / It only looks, and takes nobody.

    例 / Examples:  motocho care queue · motocho care queue --at 2026-11-24T09:00 --json
    """
    from motocho.care.worklist import gathering
    from motocho.contact.guard import Hand
    from motocho.people import members

    output, moment = output_in(lang), moment_of(at)
    hand = Hand.SUPERVISOR if is_supervisor else Hand.STAFF
    with reading() as cursor:
        found = gathering.today(cursor, moment, hand)
        rows, later = found.rows[:most], found.ranked.later[:most]
        shown = [one.person.member_id for one in rows] + [one.person.member_id for one in later]
        numbers = members.numbers_of(cursor, shown)
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "at": _at(moment),
                "now": {one.value: count for one, count in found.ranked.counts.items()},
                "later": {one.value: count for one, count in found.ranked.later_counts.items()},
                "rows": [_row_document(one, found, numbers, hand) for one in rows],
                "waiting": [_later_document(one, numbers) for one in later],
            }
        )
        return
    _queue_table(output, found, numbers, most)


def _queue_table(
    output: Output, found: gathering.Today, numbers: dict[int, str], most: int
) -> None:
    counts = found.ranked.counts
    said = [
        f"{output.text(*WHYS[one.value])} {count}"
        + (f" (+{found.ranked.later_counts[one]})" if found.ranked.later_counts[one] else "")
        for one, count in counts.items()
    ]
    output.data(" · ".join(said))
    heads = [
        output.text(*head)
        for head in (
            ("会員番号", "Member"),
            ("理由", "Why"),
            ("内容", "What"),
            ("良い時間", "Best hour"),
        )
    ]
    rows = [
        [
            numbers[one.person.member_id],
            output.text(*WHYS[one.ground.why.value]),
            _what(output, one.ground),
            _best(output, found, one.person.member_id),
        ]
        for one in found.rows[:most]
    ]
    rows += [
        [
            numbers[one.person.member_id],
            output.text(*WHYS[one.ground.why.value]),
            output.text("あとで", "later"),
            _at(one.opens_at) or output.text("手続きが要ります", "needs somebody's deed"),
        ]
        for one in found.ranked.later[: max(0, most - len(rows))]
    ]
    output.data(grid(heads, [Align.LEFT] * len(heads), rows))


def _what(output: Output, ground: ranking.Ground) -> str:
    if ground.sort:
        return output.text(*SORTS[ground.sort])
    if ground.at is not None:
        return _at(ground.at) or ""
    days = output.text(f"{ground.days}日", f"{ground.days} days")
    return f"{days} {yen_text(ground.yen)}" if ground.yen else days


def _best(output: Output, found: gathering.Today, member_id: int) -> str:
    best = found.bests.get(member_id)
    return "–" if best is None else f"{_at(best.at)} {output.text(*GROUNDS[best.grounds.value])}"


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(JAPAN).isoformat(timespec="minutes")


def _row_document(
    one: ranking.Row, found: gathering.Today, numbers: dict[int, str], hand: Hand
) -> dict[str, Any]:
    from motocho.care.worklist import ranking

    best = found.bests.get(one.person.member_id)
    return {
        "member_number": numbers[one.person.member_id],
        **_ground_document(one.ground),
        "others": [each.why.value for each in one.others],
        "until_at": _at(ranking.ends_at(one, found.at, hand)),
        "calls_left": ranking.calls_left(one, found.at),
        "best_at": None if best is None else _at(best.at),
        "best_grounds": None if best is None else best.grounds.value,
    }


def _ground_document(ground: ranking.Ground) -> dict[str, Any]:
    return {
        "why": ground.why.value,
        "purpose": None if ground.purpose is None else ground.purpose.value,
        "at": _at(ground.at),
        "agreement_id": ground.agreement_id or None,
        "days": ground.days,
        "yen": ground.yen,
        "stage": ground.stage or None,
        "left": ground.sort or None,
    }


def _later_document(one: ranking.Later, numbers: dict[int, str]) -> dict[str, Any]:
    return {
        "member_number": numbers[one.person.member_id],
        **_ground_document(one.ground),
        "opens_at": _at(one.opens_at),
        "rule_ids": [each.refusal.rule_id for each in one.hindrances],
    }
