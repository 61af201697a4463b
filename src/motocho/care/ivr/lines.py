"""The lines of the service, out of one file [台詞]. Pure once it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class Line:
    """One line to say [台詞]; what stands in it comes as it is to be read, and may tell a debt."""

    key: str
    details: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def text(self) -> str:
        """As it is said [読み上げる文]."""
        return texts()[self.key].format_map(self.details)


@cache
def texts() -> Mapping[str, str]:
    """Every line by its key [台詞の一覧]."""
    text = (files("motocho.care") / "data" / "ivr.yaml").read_text(encoding="utf-8")
    return {
        key: str(line).replace("。 ", "。")
        for key, line in yaml.load(text, Loader=yaml.CSafeLoader).items()
    }
