"""`motocho completion`: the script that teaches a shell our commands [補完]."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from typer import completion as shells

from motocho.cli._output import Output
from motocho.units.errors import Language


class Shell(StrEnum):
    """Shells that can complete our commands."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


def completion(
    shell: Annotated[Shell, typer.Argument(help="シェル / Shell.")],
) -> None:
    """シェルの補完スクリプトを出す / Print the completion script of a shell.

    例 / Examples:  motocho completion bash > ~/.local/share/bash-completion/completions/motocho ·
    motocho completion zsh > ~/.zfunc/_motocho
    """
    script: str = shells.get_completion_script(  # type: ignore[attr-defined]  # public by name
        prog_name="motocho", complete_var="_MOTOCHO_COMPLETE", shell=shell.value
    )
    Output(Language.JA).data(script)
