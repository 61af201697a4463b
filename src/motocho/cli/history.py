"""`motocho history …`: checking a history before it is relied on [取引履歴の点検]."""

from __future__ import annotations

import typer

SCHEMA_VERSION = 1

app = typer.Typer(help="取引履歴 / Histories.", no_args_is_help=True, rich_markup_mode=None)
