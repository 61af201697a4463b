"""`motocho web`: the site, on this machine [Webサイト]."""

from __future__ import annotations

from typing import Annotated

import typer

from motocho.cli._options import LangOption
from motocho.cli._output import Output, language_of


def web(
    port: Annotated[int, typer.Option("--port", min=1, max=65_535, help="ポート / Port.")] = 8000,
    host: Annotated[
        str,
        typer.Option(
            "--host", metavar="ADDRESS", help="待ち受けるアドレス / Address to listen on."
        ),
    ] = "127.0.0.1",
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, help="プロセス数 / Processes.")
    ] = 1,
    threads: Annotated[
        int,
        typer.Option("--threads", min=1, max=256, help="1プロセスの同時処理数 / Threads of each."),
    ] = 8,
    lang: LangOption = None,
) -> None:
    """会員サイトを動かす。ほかの機器からは見えない / Serve the site, for this machine alone.

    外に出すときは、TLSを終える逆プロキシのうしろに置き、MOTOCHO_ORIGIN にその住所を書く。
    To serve others, stand behind a proxy that ends TLS, and name its address in MOTOCHO_ORIGIN.

    例 / Examples:  motocho web · motocho web --port 8080
    """
    from motocho.cli.lending._book_of_loans import connect
    from motocho.config.site import Serving, serve

    output = Output(language_of(lang.value if lang else None))
    connect()
    shown = f"[{host}]" if ":" in host else host
    output.note(
        output.text(
            f"http://{shown}:{port}/ で動いています(Ctrl-Cで終了)",
            f"Serving http://{shown}:{port}/ (Ctrl-C to stop)",
        )
    )
    serve(Serving(port, host, workers, threads))
