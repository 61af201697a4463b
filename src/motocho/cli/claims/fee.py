"""`motocho fee`: court fee and competent court [訴訟費用]."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from motocho.cli._options import JsonOption, LangOption, day_of, yen_of
from motocho.cli._output import Output, language_of
from motocho.law import court
from motocho.law.court import FilingCost, PostageRule
from motocho.outside import clock
from motocho.units.errors import Language
from motocho.units.money import yen_text

SCHEMA_VERSION = 1


def fee(
    amount_in_dispute_yen: Annotated[
        str,
        typer.Option(
            "--amount-in-dispute",
            metavar="YEN",
            help="訴額(過払金の元本) / Overpayment without interest.",
        ),
    ],
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="DATE",
            help="提訴日 / Day of filing (default: today).",
            show_default=False,
        ),
    ] = None,
    defendants: Annotated[int, typer.Option("--defendants", help="被告の数 / Defendants.")] = 1,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """訴額から手数料と管轄裁判所を求める / Court fee and competent court.

    例 / Examples:  motocho fee --amount-in-dispute 105万 ·
    motocho fee --amount-in-dispute 1050000 --on 2025-04-01 --json
    """
    output = Output(language_of(lang.value if lang else None))
    filed_on = day_of(on, "--on") or clock.business_date()
    amount = yen_of(amount_in_dispute_yen, "--amount-in-dispute")
    cost = court.cost_of_action(amount, filed_on, defendants)
    if json_wanted:
        output.document(document(cost))
        return
    output.data("\n".join(_lines(cost, output)))


def document(cost: FilingCost) -> dict[str, Any]:
    """The cost in its public form: the recalculation contract, section 3 [公開形式]."""
    routes = []
    for route in cost.routes:
        entry: dict[str, Any] = {"route": route.route.value}
        if route.postage_rule is PostageRule.INCLUDED_IN_FEE:
            entry["flat_part_yen"] = route.flat_part_yen
        entry |= {
            "postage_yen": route.postage_yen,
            "postage_rule": route.postage_rule.value,
            "total_yen": route.total_yen,
        }
        routes.append(entry)
    return {
        "schema_version": SCHEMA_VERSION,
        "on": cost.on.isoformat(),
        "amount_in_dispute_yen": cost.amount_in_dispute_yen,
        "court": cost.court.value,
        "court_ja": cost.court.name_ja,
        "filing_fee_yen": cost.filing_fee_yen,
        "routes": routes,
        "scrivener_may_act": cost.scrivener_may_act,
        "citations": [citation.text(Language.JA) for citation in cost.citations],
        "unverified": [unverified.text(Language.JA) for unverified in cost.unverified],
    }


def _lines(cost: FilingCost, output: Output) -> list[str]:
    say = output.text
    court_name = say(cost.court.name_ja, cost.court.name_en)
    lines = [
        say(
            f"訴額 {yen_text(cost.amount_in_dispute_yen)}円({cost.on}に提訴)",
            f"Amount in dispute {yen_text(cost.amount_in_dispute_yen)} yen, filed {cost.on}",
        ),
        say(f"裁判所 {court_name}", f"Court: {court_name}"),
        say(
            f"手数料(訴額による部分) {yen_text(cost.filing_fee_yen)}円",
            f"Fee by value: {yen_text(cost.filing_fee_yen)} yen",
        ),
    ]
    for route in cost.routes:
        name = say(route.route.name_ja, route.route.value)
        if route.total_yen is None:
            lines.append(
                say(
                    f"{name}: 郵券は裁判所ごとに決まります",
                    f"{name}: the court sets the prepaid postage",
                )
            )
        else:
            lines.append(
                say(
                    f"{name}: 合計 {yen_text(route.total_yen)}円"
                    f"(定額部分 {yen_text(route.flat_part_yen)}円を含む)",
                    f"{name}: {yen_text(route.total_yen)} yen in all "
                    f"(flat part {yen_text(route.flat_part_yen)})",
                )
            )
    may = say("できます", "yes") if cost.scrivener_may_act else say("できません", "no")
    lines.append(say(f"認定司法書士の代理 {may}", f"Certified judicial scrivener may act: {may}"))
    cited = say("、", "; ").join(citation.text(output.language) for citation in cost.citations)
    lines.append(say(f"根拠 {cited}", f"Law: {cited}"))
    lines += [unverified.text(output.language) for unverified in cost.unverified]
    return lines
