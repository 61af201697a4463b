"""`motocho identity …`: which papers and ways count on a day; records of members [本人確認]."""

from __future__ import annotations

from typing import Annotated

import typer

from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli._output import Output
from motocho.cli.lending._book_of_loans import (
    ActorOption,
    made,
    member_of,
    opened,
    output_in,
    reference_of,
    today,
)
from motocho.documents.sheet import Align
from motocho.outside import clock

SCHEMA_VERSION = 1
PAPERS = {
    "driving_licence": ("運転免許証", "driving licence"),
    "driving_history": ("運転経歴証明書", "certificate of driving history"),
    "residence_card": ("在留カード", "residence card"),
    "special_permanent": ("特別永住者証明書", "special permanent resident certificate"),
    "my_number_card": ("マイナンバーカード（表面だけ）", "individual number card (front only)"),
    "passport": ("旅券（住所欄のあるもの）", "passport (with a page for the address)"),
    "disability_handbook": ("障害者手帳など", "disability handbook"),
    "health_insurance_card": ("健康保険証", "health insurance card"),
    "eligibility_certificate": ("資格確認書", "eligibility certificate"),
    "child_allowance": ("児童扶養手当証書など", "child allowance certificate"),
    "maternity_handbook": ("母子健康手帳", "maternity handbook"),
    "seal_certificate": ("印鑑登録証明書", "seal certificate"),
    "family_register": ("戸籍謄本・抄本（附票つき）", "family register with its addresses"),
    "resident_record": ("住民票の写し", "resident record"),
}
COUNTS = {
    "photo": ("1つで足りる", "enough by itself"),
    "pair": ("もう1つ、または転送不要郵便", "with another, or post not forwarded"),
    "paper": ("もう1つ、または転送不要郵便", "with another, or post not forwarded"),
    "not_accepted": ("使えない", "not accepted"),
}
METHODS = {
    "photo_of_document": ("書類とお顔の撮影", "pictures of paper and face"),
    "posted_copies": ("写しの郵送と転送不要郵便", "copies by post, post not forwarded"),
    "chip_reading": ("ICチップの読取りとお顔", "chip and face"),
    "restricted_post": ("本人限定受取郵便", "post for the addressee alone"),
    "public_key_certificate": ("公的個人認証", "certificate of the card"),
    "in_person": ("店頭での提示", "shown in person"),
}

app = typer.Typer(help="本人確認 / Identity.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """本人確認 / Identity."""


@app.command("accepted")
def accepted(
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="いつ(今日) / On which day.")
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """その日に使える書類と方法 / Papers and ways that count on a day.

    例 / Examples:  motocho identity accepted · motocho identity accepted --on 2027-04-01 --json
    """
    from motocho.screening import identity

    output = output_in(lang)
    day = day_of(on, "--on") or clock.business_date()
    papers = {one.value: identity.counts_as(one, day).value for one in identity.Paper}
    ways = {one.value: identity.check_method(one, day) is None for one in identity.Method}
    first = identity.papers.oldest_on(day)
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "on": day.isoformat(),
                "papers": papers,
                "methods": ways,
                "issued_from": first.isoformat(),
            }
        )
        return
    output.data(_table(output, papers, ways))
    output.data(
        output.text(
            f"期限のない書類は{first}以後に発行されたもの",
            f"A paper without a last day was made on {first} or later",
        )
    )


def _table(output: Output, papers: dict[str, str], ways: dict[str, bool]) -> str:
    heads = [output.text("書類・方法", "Paper or way"), output.text("扱い", "Counts")]
    rows = [[output.text(*PAPERS[name]), output.text(*COUNTS[sort])]
            for name, sort in papers.items()]  # fmt: skip
    rows += [
        [output.text(*METHODS[name]),
         output.text("使える", "allowed") if is_open else output.text("使えない", "over")]
        for name, is_open in ways.items()
    ]  # fmt: skip
    return grid(heads, [Align.LEFT, Align.LEFT], rows)


@app.command("require")
def require(
    since: Annotated[str, typer.Argument(metavar="DATE", help="いつから / From which day.")],
    actor: ActorOption = None,
    lang: LangOption = None,
) -> None:
    """この日から、確認記録のない契約を作らせない / From a day on no contract without its record.

    例 / Examples:  motocho identity require 2026-04-01 ·
    motocho identity require 2026-04-01 --actor suzuki
    """
    from motocho.screening import identity

    output = output_in(lang)
    day = day_of(since, "DATE") or clock.business_date()
    told = made(today(None), reference_of(None), actor)
    with opened() as cursor:
        from_on = identity.require(cursor, day, told.actor, told.booked_at)
    output.data(
        output.text(f"{from_on}から確認記録が要ります", f"A record is needed from {from_on} on")
    )


@app.command("show")
def show(
    number: Annotated[
        str, typer.Argument(metavar="NUMBER", help="会員番号(8けた) / Member number, 8 digits.")
    ],
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """会員の確認記録と保存期限 / A member's records, and until when they are kept.

    例 / Examples:  motocho identity show 00000001 · motocho identity show 00000001 --json
    """
    from motocho.screening import identity

    output = output_in(lang)
    with opened() as cursor:
        member = member_of(cursor, number)
        found = identity.records.of_member(cursor, member.member_id)
        until = identity.records.kept_until(cursor, member.member_id) if found else None
    if json_wanted:
        rows = [
            {"record": one.record_id, "method": one.method.value, "on": str(one.checked_on)}
            for one in found
        ]
        kept = None if until is None else str(until)
        output.document({"schema_version": SCHEMA_VERSION, "records": rows, "kept_until": kept})
        return
    if not found:
        output.data(output.text("確認記録はありません", "There is no record"))
        return
    for one in found:
        way = output.text(*METHODS[one.method.value])
        output.data(f"{one.record_id}  {one.checked_on}  {way}")
    end = output.text("契約中", "while a contract goes on") if until is None else str(until)
    output.data(output.text(f"保存期限：{end}", f"Kept until: {end}"))
