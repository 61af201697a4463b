"""Options that several commands share [共通の指定]."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from motocho.claims import assumptions as assumed
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import History
from motocho.units.days import read_date
from motocho.units.errors import Fault, FaultyInput, InputError, Unread, clipped
from motocho.units.money import SignRule, read_yen


class LanguageName(StrEnum):
    """Values of --lang."""

    JA = "ja"
    EN = "en"


LangOption = Annotated[
    LanguageName | None,
    typer.Option(
        "--lang", help="表示言語 / Language (default: MOTOCHO_LANG, else ja).", show_default=False
    ),
]
JsonOption = Annotated[
    bool,
    typer.Option(
        "--json", help="標準出力にJSONを1つだけ出す / Exactly one JSON document on stdout."
    ),
]
AssumeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--assume",
        metavar="KEY=VALUE",
        help="前提を1つ変える / Set one assumption.",
        show_default=False,
    ),
]
PresetOption = Annotated[
    str | None,
    typer.Option(
        "--preset",
        metavar="NAME",
        help=f"前提の組 / A named set: {', '.join(assumed.PRESETS)}.",
        show_default=False,
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DATE", help="計算日 / Accrue to this day.", show_default=False
    ),
]
FileArgument = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="取引履歴(表)か事件ファイル。- は標準入力 / A table or a case file; - reads stdin.",
    ),
]
OutPathOption = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="PATH",
        help="書き出す先 / Write to this file.",
        show_default=False,
    ),
]


def day_of(text: str | None, option: str) -> date | None:
    """The date an option names, in any of the forms people write.

    Raises    InputError.
    """
    if text is None:
        return None
    read = read_date(text)
    if isinstance(read, Unread):
        raise InputError(read.at(column=option))
    return read.on


def yen_of(text: str, option: str) -> int:
    """The amount an option names, in any of the forms people write.

    Raises    InputError.
    """
    read = read_yen(text, sign=SignRule.SIGNED)
    if isinstance(read, Unread):
        raise InputError(read.at(column=option))
    return read


def chosen_assumptions(
    history: History, preset: str | None, settings: list[str] | None
) -> Assumptions:
    """What the case file states, then the preset, then each --assume; later wins.

    Raises    FaultyInput for the case file, InputError for the command line.
    """
    in_file = assumed.read(history.stated_assumptions, file=history.file)
    stated: dict[str, Any] = {**named_preset(preset)}
    faults: list[Fault] = []
    for text in settings or []:
        setting = assumed.setting(text)
        if isinstance(setting, Unread):
            faults.append(setting.at(column="--assume"))
        else:
            stated[setting[0]] = setting[1]
    on_line = assumed.read(stated, onto=in_file.assumptions)
    own_faults = [fault for fault in on_line.faults if fault not in in_file.faults]
    if faults or own_faults:
        raise InputError(*faults, *own_faults)
    if in_file.faults:
        raise FaultyInput(*in_file.faults, warnings=history.warnings)
    return on_line.assumptions


def named_preset(name: str | None) -> dict[str, Any]:
    """The switches of a preset; none without a name.

    Raises    InputError for an unknown name.
    """
    if name is None:
        return {}
    if name not in assumed.PRESETS:
        details = {"known": ", ".join(assumed.PRESETS)}
        raise InputError(
            Fault("ASM-013", column="--preset", excerpt=clipped(name), details=details)
        )
    return dict(assumed.PRESETS[name])
