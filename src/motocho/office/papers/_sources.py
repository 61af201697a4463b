"""Where templates lie: ours in the package, an office's own beside its cases [書式の置き場所].

An office's template is a text file of the same name in its folder; the file there wins. Files are
read when they are used, so a change by any editor holds at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from motocho.claims import pleading
from motocho.claims.pleading import Look, PaperKind
from motocho.office.papers import _sandbox
from motocho.office.papers._sample import sample_fields
from motocho.units.errors import Fault, FaultyInput

OWN = Path(__file__).parent / "templates"
PACKING_LIST = "packing_list"


@dataclass(frozen=True, slots=True)
class Source:
    """One template as it is used [書式]."""

    name: str
    file: str
    text: str
    is_changed: bool
    """Whether the office's own file is used."""


def names() -> tuple[str, ...]:
    """Every template by name, in the order of the papers [書式の一覧]."""
    kinds = [kind.value for kind in PaperKind if kind.spec.look is not Look.SHEET]
    return (*kinds, PACKING_LIST)


def load(name: str, folder: Path | None = None) -> Source:
    """A template: the office's where there is one, else ours [書式の読み込み].

    Raises    FaultyInput for an unknown name, or text that is not UTF-8.
    """
    if name not in names():
        details = {"known": ", ".join(names())}
        raise FaultyInput(Fault("PLD-052", excerpt=name[:40], details=details))
    own = None if folder is None else folder / f"{name}.txt"
    changed = own is not None and own.is_file()
    path = own if own is not None and changed else OWN / f"{name}.txt"
    try:
        text = path.read_bytes()[: _sandbox.MOST_CHARACTERS * 4 + 4].decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FaultyInput(Fault("PLD-039", file=path.name)) from None
    return Source(name, path.name, text, changed)


def faults_of(source: Source) -> list[Fault]:
    """Every fault of a template [書式の検査]."""
    return _sandbox.lint(source.text, sample_fields(), file=source.file)


def lint_all(folder: Path | None = None) -> list[Fault]:
    """Every fault of every template in use [全書式の検査]."""
    faults = []
    for name in names():
        try:
            faults += faults_of(load(name, folder))
        except FaultyInput as error:
            faults += error.faults
    return faults


def keep(name: str, text: str, folder: Path) -> Source:
    """An office's own template, kept if it has no fault [書式の保存].

    Raises    FaultyInput with every fault; then nothing is written.
    """
    load(name)
    plain = text.replace("\r\n", "\n").rstrip() + "\n"
    source = Source(name, f"{name}.txt", plain, is_changed=True)
    faults = faults_of(source)
    if faults:
        raise FaultyInput(*faults)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = folder / f".{name}.new"
    written.write_text(plain, encoding="utf-8")
    written.replace(folder / f"{name}.txt")
    return source


def restore(name: str, folder: Path) -> Source:
    """Back to ours: the office's own file is put aside, not lost [書式を元に戻す]."""
    source = load(name, folder)
    if source.is_changed:
        (folder / f"{name}.txt").replace(folder / f"{name}.txt.old")
    return load(name, folder)


@cache
def field_names() -> tuple[str, ...]:
    """Every field that a template may use, dotted; a list's rows as `list[].name` [差込項目]."""
    return tuple(_dotted("", sample_fields()))


def _dotted(prefix: str, value: object) -> list[str]:
    if isinstance(value, dict):
        found = []
        for key, inner in value.items():
            found += _dotted(f"{prefix}.{key}" if prefix else str(key), inner)
        return found
    if isinstance(value, list):
        return _dotted(f"{prefix}[]", value[0]) if value else [prefix]
    return [prefix]


def blocks_of(source: Source, fields: pleading.Fields) -> tuple[pleading.markup.Block, ...]:
    """A template filled in, as paragraphs [段落].

    Raises    FaultyInput with every fault of the template.
    """
    filled = _sandbox.filled(source.text, fields, file=source.file)
    return pleading.markup.parsed(filled)
