"""`motocho screening applications …`: looked at, decided, agreed to, concluded [申込み].

Who does it is a colleague who is named, whose role of the day is asked, and who is written down
with what for. What a person agrees to is named by the mark that was shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._files import toml_of
from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption, day_of, yen_of
from motocho.cli._output import Output
from motocho.cli.lending._applying_values import ClaimName, ReasonName, TiesName, UseName
from motocho.cli.lending._book_of_loans import (
    AgreementArgument,
    RefOption,
    business_date,
    made,
    meant,
    member_of,
    moving,
    opened,
    output_in,
    reference_of,
)
from motocho.cli.lending.cases import JSON, ByOption, NumberArgument, acting, print_rows
from motocho.cli.lending.staff import colleague
from motocho.documents.sheet import Align
from motocho.outside import clock
from motocho.units.errors import Fault, NotAllowedError, StateConflict
from motocho.units.money import rate_text, yen_text

if TYPE_CHECKING:
    from motocho.people.access import Staff
    from motocho.screening.applications import ApplicationKey, Kept, refusals

SCHEMA_VERSION = 1
LEAST_MARK = 12
"""So many signs of a decision's hash name it."""
LOOK, DECIDE = "look", "review_document"

app = typer.Typer(help="申込み / Applications.", no_args_is_help=True, rich_markup_mode=None)
LimitOption = Annotated[
    str, typer.Option("--limit", metavar="YEN", help="契約極度額 / Contract limit.")
]
ApplicationArgument = Annotated[
    int, typer.Argument(metavar="APPLICATION", help="申込みの番号 / Its number.")
]
MarkOption = Annotated[
    str, typer.Option("--mark", metavar="HASH", help="決定の照合値、先頭12字から / Its mark.")
]


@app.callback()
def group() -> None:
    """申込みの審査と契約 / Applications, from submission to contract."""


def _held(
    cursor: Any, number: str, application: int, by: str, action: str
) -> tuple[ApplicationKey, Staff]:
    """The application that is meant, and who looks at it, written down · PRIV-003."""
    from motocho.screening.applications import ApplicationKey

    member_id = member_of(cursor, number).member_id
    staff = acting(cursor, by, action, member_id, f"application {application}")
    return ApplicationKey(member_id, application), staff


def _marked(cursor: Any, key: ApplicationKey, mark: str) -> Kept:
    """The newest decision, if it is the one that was looked at."""
    from motocho.screening.applications import decisions

    found = decisions.newest(cursor, key)
    if found is None or len(mark) < LEAST_MARK or not found.digest.startswith(mark):
        raise StateConflict(Fault("SCR-209", column="--mark"))
    return found


# ---------------------------------------------------------------------------------------- looking
@app.command("list")
def list_(by: ByOption, json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """審査中の申込み。古いものから / Open applications, the oldest first.

    例 / Examples:  motocho screening applications list --by suzuki --json
    """
    from motocho.people import access, members
    from motocho.screening.applications import decisions, forms

    output = output_in(lang)
    with opened() as cursor:
        who = colleague(cursor, by)
        if not access.may(who, access.Action(LOOK)):
            raise NotAllowedError(Fault("SCR-207"))
        found = forms.waiting(cursor)
        numbers = members.numbers_of(cursor, [one.key.member_id for one in found])
        rows: list[dict[str, Any]] = []
        for one in found:
            last = decisions.standing(cursor, one.key)
            rows.append(
                {
                    "member": numbers[one.key.member_id],
                    "application": one.key.application_id,
                    "kind": one.kind.value,
                    "limit_wanted_yen": one.wanted.limit_yen,
                    "submitted_on": one.submitted_at.astimezone(clock.JAPAN).date().isoformat(),
                    "verdict": None if last is None else last.decision.verdict.value,
                    "approved": None if last is None else last.is_approved,
                }
            )
    print_rows(output, "applications", rows, JSON if json_wanted else "")


@app.command("show")
def show(
    number: NumberArgument,
    application: ApplicationArgument,
    by: ByOption,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """申込み、直近の決定とその照合値、残っている手続 / An application, its decision, what is open.

    例 / Examples:  motocho screening applications show 00000001 3 --by suzuki
    """
    from motocho.screening.applications import became, decisions, forms, steps

    output = output_in(lang)
    with opened() as cursor:
        key, _ = _held(cursor, number, application, by, LOOK)
        one, known = forms.one(cursor, key), decisions.standing(cursor, key)
        open_steps = steps.steps(cursor, one, clock.now())
        done = became(cursor, key)
    document: dict[str, Any] = {
        "member": number,
        "application": application,
        "kind": one.kind.value,
        "limit_wanted_yen": one.wanted.limit_yen,
        "outcome": None if one.outcome is None else one.outcome.value,
        "agreement": None if done is None else done.agreement.agreement_id,
        "decision": None if known is None else _decision(known.decision),
        "approved_by": [] if known is None else list(known.approved_by),
        "accepted": known is not None and known.is_accepted,
        "steps": [
            {"code": each.code, "turn": each.turn.value, "what": each.what(output.language),
             "fix": each.fix(output.language)}
            for each in open_steps
        ],
    }  # fmt: skip
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, **document})
        return
    cells = [[name, _cell(name, each)] for name, each in document.items() if name not in _NESTED]
    for name, each in (document["decision"] or {}).items():
        cells.append([name, _cell(name, each)])
    heads = [output.text("項目", "Item"), output.text("内容", "Content")]
    output.data(grid(heads, [Align.LEFT, Align.LEFT], cells))
    for each in open_steps:
        output.data(f"{each.what(output.language)}\n  → {each.fix(output.language)}")


_NESTED = frozenset({"decision", "steps"})


def _decision(of: Kept) -> dict[str, Any]:
    return {
        "decision_no": of.decision_no,
        "verdict": of.verdict.value,
        "limit_yen": of.limit_yen,
        "rate_ppm": of.rate_ppm,
        "persons": of.persons,
        "holds_until": None if of.holds_until is None else of.holds_until.isoformat(),
        "mark": of.digest,
    }


def _cell(name: str, value: Any) -> str:
    if value is None or value in ("", []):
        return "–"
    if name == "rate_ppm":
        return rate_text(value)
    return yen_text(value) if name.endswith("_yen") else str(value)


# --------------------------------------------------------------------------------------- deciding
@app.command("decide")
def decide(
    number: NumberArgument,
    application: ApplicationArgument,
    by: ByOption,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """いまの資料で審査する。同じ資料なら同じ決定 / Decide by what is known; the same facts once.

    例 / Examples:  motocho screening applications decide 00000001 3 --by suzuki
    """
    from motocho.screening import applications

    output = output_in(lang)
    with opened() as cursor:
        key, staff = _held(cursor, number, application, by, DECIDE)
        found = applications.make(cursor, key, staff, clock.now())
        told = applications.told(cursor, found, output.language)
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, **_decision(found)})
        return
    output.data(_line(found, output))
    output.data("\n".join(f"{what}\n  → {fix}" for what, fix in told))


def _line(of: Kept, output: Output) -> str:
    from motocho.screening.decision import verdict_word

    word = verdict_word(of.verdict, output.language)
    head = output.text(f"決定{of.decision_no} {word}", f"Decision {of.decision_no}: {word}")
    offer = ""
    if of.limit_yen is not None and of.rate_ppm is not None:
        limit, rate = yen_text(of.limit_yen), rate_text(of.rate_ppm)
        offer = output.text(f" {limit}円 年{rate}", f" {limit} yen at {rate}")
    return f"{head}{offer} {of.digest[:LEAST_MARK]}"


@app.command("approve")
def approve(
    number: NumberArgument,
    application: ApplicationArgument,
    mark: MarkOption,
    by: ByOption,
    lang: LangOption = None,
) -> None:
    """直近の決定を承認する。資料を入力した人はできない / Agree to the newest decision.

    例 / Examples:  motocho screening applications approve 00000001 3 --mark 3f9c01d2ab47 --by mori
    """
    from motocho.screening import applications

    output = output_in(lang)
    with opened() as cursor:
        key, staff = _held(cursor, number, application, by, DECIDE)
        standing = applications.approve(cursor, _marked(cursor, key, mark), staff, clock.now())
    there, wanted = len(standing.approved_by), standing.decision.persons
    output.data(output.text(f"承認 {there}/{wanted}人", f"Approved by {there} of {wanted}"))


@app.command("refuse")
def refuse(
    number: NumberArgument,
    application: ApplicationArgument,
    mark: MarkOption,
    reason: Annotated[
        ReasonName,
        typer.Option("--reason", help="理由。規則の否決は rules / Why; rules where they refuse."),
    ],
    by: ByOption,
    words: Annotated[
        str, typer.Option("--words", metavar="TEXT", help="社内の言葉 / For the house alone.")
    ] = "",
    lang: LangOption = None,
) -> None:
    """理由を挙げて否決とし、申込者への説明を出す / Refuse for a reason; prints what is told.

    告げられない理由は withheld。一つの文だけを告げる / What must not be told is withheld.

    例 / Examples:  motocho screening applications refuse 00000001 3 --mark 3f9c01d2ab47
    --reason capacity --by mori
    """
    from motocho.screening import applications

    output = output_in(lang)
    with opened() as cursor:
        key, staff = _held(cursor, number, application, by, DECIDE)
        of = _marked(cursor, key, mark)
        at = clock.now()
        form = (f"cli refuse {of.decision_no} {at.isoformat()}", at)
        why = applications.Why(applications.Reason(reason.value), words)
        applications.refuse_decided(cursor, of, why, staff, form)
        told = applications.told(cursor, of, output.language)
    output.data("\n".join(f"{what}\n  → {fix}" for what, fix in told))


@app.command("take-up")
def take_up(
    number: NumberArgument,
    by: ByOption,
    use: Annotated[
        UseName, typer.Option("--use", help="資金使途 / What the money is for.")
    ] = UseName.OTHER,
    agreed_to: Annotated[
        str,
        typer.Option(
            "--agreed-to",
            metavar="WORDS",
            help="申込者に見せ、同意を得た文面の名 / The words shown to the applicant, who agreed.",
        ),
    ] = "",
    lang: LangOption = None,
) -> None:
    """会員の増額の申込みを審査に上げる / Take up a member's wish for a higher limit.

    個人情報の取扱いへの同意がまだのときは --agreed-to を付けます。 /
    Where the consent to the handling of personal data is missing, --agreed-to records it.

    例 / Examples:  motocho screening applications take-up 00000001 --use living --by suzuki
    """
    from motocho.contact.holds import Source
    from motocho.screening import applications

    output = output_in(lang)
    with opened() as cursor:
        member_id = member_of(cursor, number).member_id
        staff = acting(cursor, by, DECIDE, member_id, "application")
        source = Source(staff.actor, f"cli take-up {clock.now().isoformat()}")
        wanted = applications.Use(use.value)
        at = clock.now()
        if agreed_to.strip():
            applications.forms.agree(cursor, member_id, agreed_to.strip(), source, at)
        found = applications.take_up(cursor, member_id, wanted, source, at)
    name = f"{number}/{found.key.application_id}"
    output.data(output.text(f"審査に上げました: {name}", f"Taken up: {name}"))


@app.command("claim")
def claim(
    number: NumberArgument,
    application: ApplicationArgument,
    kind: Annotated[ClaimName, typer.Option("--kind", help="除外・例外の種類 / What is claimed.")],
    by: ByOption,
    facts: Annotated[
        str | None,
        typer.Option(
            "--facts", metavar="FILE.toml", help="その事実。省くと取消し / What was found."
        ),
    ] = None,
    papers: Annotated[
        list[str] | None,
        typer.Option("--paper", metavar="NAME=DOCUMENT", help="証する書類 / Its proof."),
    ] = None,
    lang: LangOption = None,
) -> None:
    """除外・例外の事実と書類を記録する / Write down what leaves a loan out of the third.

    例 / Examples:  motocho screening applications claim 00000001 3 --kind spouse --by suzuki
    --facts spouse.toml --paper spouse_consent=D1 --paper relation_certificate=D2
    """
    from motocho.screening.applications import claims

    output = output_in(lang)
    meant = claims.Kind(kind.value)
    stated = None if facts is None else claims.content_of(meant, toml_of(facts)[0])
    pairs = [one.partition("=") for one in papers or ()]
    proofs = {name: document for name, _, document in pairs}
    with opened() as cursor:
        key, staff = _held(cursor, number, application, by, DECIDE)
        at = clock.now()
        form = (f"cli claim {at.isoformat()}", at)
        made_no = claims.enter(cursor, key, claims.Claim(meant, stated, proofs), staff, form)
    output.data(output.text(f"記録しました: {made_no}", f"Written down: {made_no}"))


@app.command("scores")
def carry_scores(by: ByOption, lang: LangOption = None) -> None:
    """評点を依頼し、届いた評点を取り込む / Ask for scores, take in what came.

    評点は判断をしない: 人の確認に回すか、提示額を下げるだけ / A score decides nothing.

    例 / Examples:  motocho screening applications scores --by suzuki
    """
    from motocho.outside import score
    from motocho.people import access
    from motocho.screening.applications import scores

    output = output_in(lang)
    with opened() as cursor:
        if not access.may(colleague(cursor, by), access.Action(DECIDE)):
            raise NotAllowedError(Fault("SCR-207"))
        found = scores.carry(cursor, score.from_environment(), clock.now())
    output.data(
        output.text(
            f"依頼 {found.asked}件、受付 {found.taken}件、該当なし {found.unknown}件",
            f"Asked {found.asked}, taken in {found.taken}, unknown {found.unknown}",
        )
    )


@app.command("income")
def income(
    number: NumberArgument,
    facts: Annotated[str, typer.Argument(metavar="FACTS.toml", help="読んだ書面 / As read.")],
    document: Annotated[
        str, typer.Option("--document", metavar="REF", help="出された書類 / What was handed in.")
    ],
    by: ByOption,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="業務日 / Day.")] = None,
    ref: RefOption = None,
    lang: LangOption = None,
) -> None:
    """途上与信の収入証明書を記録する / Write down evidence of income that monitoring asked for.

    例 / Examples:  motocho screening applications income 00000001 paper.toml --document D1
    --by suzuki
    """
    from motocho.screening.applications import incomes

    output, reference = output_in(lang), reference_of(ref)
    seen = incomes.seen_of(document, toml_of(facts)[0])
    with moving(reference) as cursor:
        member_id = member_of(cursor, number).member_id
        staff = acting(cursor, by, DECIDE, member_id, "application")
        told = made(business_date(cursor, day_of(on, "--on")), reference, staff.actor)
        learned = incomes.accept_income(cursor, member_id, seen, (staff, told))
    stops = "+".join(sorted(one.value for one in learned.stops)) or "–"
    output.data(output.text(f"記録しました。利用停止: {stops}", f"Written down; stops: {stops}"))


@app.command("cut-unreached")
def cut_unreached(
    name: AgreementArgument,
    limit: LimitOption,
    proof: Annotated[
        str, typer.Option("--proof", metavar="REF", help="連絡不能を示す記録 / What shows it.")
    ],
    by: ByOption,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="業務日 / Day.")] = None,
    ref: RefOption = None,
    lang: LangOption = None,
) -> None:
    """連絡がつかないことだけを理由に限度額を下げる / Cut a limit as nobody can be reached.

    例 / Examples:  motocho screening applications cut-unreached 00000001/1 --limit 10万
    --proof "letters 3" --by suzuki
    """
    from motocho.loans import commands

    output, reference = output_in(lang), reference_of(ref)
    with moving(reference) as cursor:
        key = meant(cursor, name).key
        staff = acting(cursor, by, DECIDE, key.member_id, "application")
        told = made(business_date(cursor, day_of(on, "--on")), reference, staff.actor)
        commands.cut_unreached(cursor, key, yen_of(limit, "--limit"), proof, told)
    output.data(output.text("限度額を下げました", "The limit was cut"))


@app.command("put-back")
def put_back(
    name: AgreementArgument,
    limit: LimitOption,
    reached_on: Annotated[
        str, typer.Option("--reached-on", metavar="DATE", help="連絡がついた日 / When reached.")
    ],
    proof: Annotated[
        str, typer.Option("--proof", metavar="REF", help="連絡の記録 / By what they were reached.")
    ],
    ties: Annotated[
        TiesName, typer.Option("--ties", help="反社会的勢力の照会 / What a look-up found.")
    ],
    by: ByOption,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="業務日 / Day.")] = None,
    ref: RefOption = None,
    lang: LangOption = None,
) -> None:
    """連絡不能で下げた限度額を元に戻す。調査は要らない / Put back what such a cut took.

    例 / Examples:  motocho screening applications put-back 00000001/1 --limit 50万
    --reached-on 2026-11-20 --proof "call 7" --ties none --by suzuki
    """
    from motocho.screening.applications import restoring

    output, reference = output_in(lang), reference_of(ref)
    day = day_of(reached_on, "--reached-on") or clock.business_date()
    with moving(reference) as cursor:
        key = meant(cursor, name).key
        staff = acting(cursor, by, DECIDE, key.member_id, "application")
        told = made(business_date(cursor, day_of(on, "--on")), reference, staff.actor)
        found = ties is TiesName.FOUND
        wish = restoring.Wish(yen_of(limit, "--limit"), day, proof, has_barred_ties=found)
        restoring.put_back(cursor, key, wish, (staff, told))
    output.data(output.text("限度額を戻しました", "The limit was put back"))


@app.command("conclude")
def conclude(
    number: NumberArgument,
    application: ApplicationArgument,
    by: ByOption,
    paper: Annotated[
        int, typer.Option("--paper", metavar="N", help="契約締結前書面の番号 / Shown before.")
    ] = 0,
    on_paper: Annotated[
        bool, typer.Option("--on-paper", help="紙の契約書 / The contract is on paper.")
    ] = False,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="業務日 / Day.")] = None,
    ref: RefOption = None,
    lang: LangOption = None,
) -> None:
    """契約する、または増額する。足りないものはすべて挙げる / Make the contract, or raise the limit.

    例 / Examples:  motocho screening applications conclude 00000001 3 --paper 12 --by mori
    """
    from motocho.documents.archive import Signed
    from motocho.screening import applications
    from motocho.screening.decision import AskedKind

    output, reference = output_in(lang), reference_of(ref)
    way = Signed.ON_PAPER if on_paper else Signed.BY_WIRE
    with moving(reference) as cursor:
        key, staff = _held(cursor, number, application, by, DECIDE)
        told = made(business_date(cursor, day_of(on, "--on")), reference, staff.actor)
        if applications.forms.one(cursor, key).kind is AskedKind.INCREASE:
            done = applications.raise_limit(cursor, key, told)
        else:
            done = applications.conclude(cursor, key, (paper, way), told)
    name = f"{number}/{done.agreement.agreement_id}"
    output.data(output.text(f"契約しました: {name}", f"Concluded: {name}"))


@app.command("replay")
def replay(
    number: NumberArgument,
    application: ApplicationArgument,
    by: ByOption,
    law_on: Annotated[
        str | None,
        typer.Option("--law-on", metavar="DATE", help="別の日の法令 / The law of another day."),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """すべての決定を、残した資料からやり直して比べる / Decide all of it again from its records.

    例 / Examples:  motocho screening applications replay 00000001 3 --by mori --law-on 2027-04-01
    """
    from motocho.screening import applications, decision
    from motocho.screening.applications import decisions

    output, day = output_in(lang), day_of(law_on, "--law-on")
    rows: list[dict[str, Any]] = []
    with opened() as cursor:
        key, _ = _held(cursor, number, application, by, LOOK)
        for of in decisions.every(cursor, key):
            kept = decisions.document(cursor, of)
            changes = () if day is None else decision.compare(kept, day).changes
            rows.append(
                {
                    "decision_no": of.decision_no,
                    "decided_on": of.decided_on.isoformat(),
                    "verdict": of.verdict.value,
                    "same": decision.replay(kept).same,
                    **_refused(applications.refusals.again(cursor, key, of.decision_no)),
                    "changes": [f"{one.rule_id} {one.before}→{one.after}" for one in changes],
                }
            )
    print_rows(output, "decisions", rows, JSON if json_wanted else "")


def _refused(found: refusals.Again | None) -> dict[str, Any]:
    """A person's refusal as it was written, and whether its day's list still tells the same."""
    return {
        "reason": None if found is None else found.reason.value,
        "told": None if found is None else found.told_code,
        "told_same": None if found is None else found.is_same,
    }
