"""`motocho studio`: recalculation and claim papers, on this machine alone [作業場]."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from motocho.cli._options import LangOption
from motocho.cli._output import INTERRUPTED, Output, language_of


def studio(
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=1, max=65_535, help="ポート(空いているもの) / Port (a free one)."
        ),
    ] = None,
    home: Annotated[
        str | None,
        typer.Option("--home", metavar="FOLDER", help="事件を置くフォルダ / Where cases are kept."),
    ] = None,
    lang: LangOption = None,
) -> None:
    """引き直し計算スタジオを動かす。外へは何も送らない / Serve the studio, on this PC alone.

    出てきたアドレスをブラウザで開く。アドレスは起動のたびに変わる。Ctrl-Cで終わり、記録は残る。
    Open the address it prints; it changes at each start. Ctrl-C ends it, and what was kept stays.

    例 / Examples:  motocho studio · motocho studio --home /media/usb/cases
    """
    from motocho.config.studio import STUDIO_HOME_VARIABLE, prepare, serving

    output = Output(language_of(lang.value if lang else None))
    if home is not None:
        os.environ[STUDIO_HOME_VARIABLE] = home
    with serving(port) as place:
        with output.stage("データベースを用意しています", "Preparing the database"):
            ready = prepare(place)

        said = output.text(
            f"事件は {ready.folder} に置きます。このアドレスを開いてください(Ctrl-Cで終了):",
            f"Cases are kept in {ready.folder}. Open this address (Ctrl-C to stop):",
        )

        def told() -> None:
            output.note(said)
            output.data(ready.address)

        ready.serve(told)
    raise typer.Exit(INTERRUPTED)
