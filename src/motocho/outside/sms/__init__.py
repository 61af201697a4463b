"""Short messages to mobile phones: a port, and a folder where people and tests can look [SMS].

Motocho knows no provider: a lender plugs in its own by this protocol. Until then texts lie in a
folder, one `.json` each: `MOTOCHO_SMS_FOLDER`, or `sms` below MOTOCHO_HOME. A text has an id of its
own: sent again it is the same text, kept there once.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import orjson

from motocho.outside._laying import lay
from motocho.outside.postgres import home

FOLDER_VARIABLE = "MOTOCHO_SMS_FOLDER"
MOST_CHARACTERS = 70
"""What one message holds in Japanese signs (3GPP TS 23.038, UCS-2); a longer one comes in parts."""


@dataclass(frozen=True, slots=True)
class Text:
    """One short message [SMS]; `text_id` is its own for ever, the sender a number of ours."""

    text_id: str
    to: str = field(repr=False)
    sender: str
    text: str
    written_at: datetime


class Carrier(Protocol):
    """Whoever carries short messages [SMSの送信口]."""

    def send(self, text: Text) -> None:
        """Carry one text [送信]; the same id again is the same text.

        Raises    OutsideFailure where nobody could be asked; it may be tried again.
        """


@dataclass(frozen=True, slots=True)
class FolderCarrier:
    """A folder in which texts lie: for trying out and for tests [SMSの受け皿]."""

    folder: Path

    def send(self, text: Text) -> None:
        """Lay a text down, whole or not at all; one that lies there already stays [保存]."""
        content = {
            "to": text.to, "from": text.sender, "text": text.text,
            "written_at": text.written_at.isoformat(),
        }  # fmt: skip
        lay(self.folder, f"{text.text_id}.json", orjson.dumps(content))


def folder() -> Path:
    """Where texts lie [SMSの受け皿]."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else home() / "sms"


def from_environment() -> Carrier:
    """The way that this installation sends short messages [送信口の設定]: a folder."""
    return FolderCarrier(folder())
