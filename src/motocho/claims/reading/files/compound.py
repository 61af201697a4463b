"""Compound files: the container of XLS workbooks and of locked workbooks [複合ファイル].

A compound file is a small file system: sectors chained through a table of chains. Every chain
is bounded by the number of sectors there are, so that a damaged table ends in a fault, never in a
long wait.
"""

from __future__ import annotations

import struct
from array import array
from typing import NamedTuple

from motocho.claims.reading.files.archives import broken_archive

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_HEADER_BYTES = 512
_ENTRY_BYTES = 128
_NAME_BYTES = 64
_SECTOR_SHIFTS = {9, 12}
_MINI_SHIFT = 6
_FIRST_TABLE_SECTORS = 109
_LAST_SECTOR = 0xFFFFFFFA
_STREAM = 2
_ROOT = 5


class _Entry(NamedTuple):
    kind: int
    start: int
    size: int


class Compound:
    """The streams of a compound file by name [複合ファイル].

    Raises    FaultyInput where the container is damaged.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            self._open()
        except (struct.error, IndexError, ValueError):
            raise broken_archive() from None

    def _open(self) -> None:
        data = self._data
        if len(data) < _HEADER_BYTES:
            raise broken_archive()
        (self._shift,) = struct.unpack_from("<H", data, 30)
        if self._shift not in _SECTOR_SHIFTS:
            raise broken_archive()
        directory_start, _, self._cutoff, mini_start = struct.unpack_from("<IIII", data, 48)
        self._table = self._chains()
        self._entries = self._directory(self._chain(directory_start))
        self._mini_table = _numbers(self._chain(mini_start) if mini_start < _LAST_SECTOR else b"")
        root = next((entry for entry in self._entries.values() if entry.kind == _ROOT), None)
        self._mini = self._chain(root.start) if root and root.start < _LAST_SECTOR else b""

    def names(self) -> frozenset[str]:
        """The names of all streams and storages [中の名前]."""
        return frozenset(self._entries)

    def stream(self, name: str) -> bytes:
        """One stream whole [中のデータ].

        Raises    FaultyInput where its chain is damaged.
        """
        entry = self._entries[name]
        try:
            if entry.size < self._cutoff:
                return self._mini_chain(entry.start)[: entry.size]
            return self._chain(entry.start)[: entry.size]
        except (struct.error, IndexError, ValueError):
            raise broken_archive() from None

    def _sector(self, sector: int) -> bytes:
        first = (sector + 1) << self._shift
        piece = self._data[first : first + (1 << self._shift)]
        if not piece:
            raise broken_archive()
        return piece

    def _chains(self) -> array[int]:
        """The table of chains: for each sector, the next of its chain."""
        data = self._data
        most = (len(data) >> self._shift) + 1
        sectors = list(struct.unpack_from(f"<{_FIRST_TABLE_SECTORS}I", data, 76))
        (more,) = struct.unpack_from("<I", data, 68)
        while more < _LAST_SECTOR and len(sectors) <= most:
            *listed, more = struct.unpack(f"<{1 << self._shift - 2}I", self._sector(more))
            sectors += listed
        table = [self._sector(sector) for sector in sectors if sector < _LAST_SECTOR][:most]
        return _numbers(b"".join(table))

    def _chain(self, start: int) -> bytes:
        pieces: list[bytes] = []
        sector = start
        while sector < _LAST_SECTOR:
            if len(pieces) > len(self._table):
                raise broken_archive()
            pieces.append(self._sector(sector))
            sector = self._table[sector]
        return b"".join(pieces)

    def _mini_chain(self, start: int) -> bytes:
        pieces: list[bytes] = []
        sector = start
        while sector < _LAST_SECTOR:
            if len(pieces) > len(self._mini_table):
                raise broken_archive()
            first = sector << _MINI_SHIFT
            pieces.append(self._mini[first : first + (1 << _MINI_SHIFT)])
            sector = self._mini_table[sector]
        return b"".join(pieces)

    def _directory(self, data: bytes) -> dict[str, _Entry]:
        entries: dict[str, _Entry] = {}
        for at in range(0, len(data) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            length, kind = struct.unpack_from("<HB", data, at + _NAME_BYTES)
            if kind not in {_STREAM, _ROOT, 1} or not 2 <= length <= _NAME_BYTES:
                continue
            name = data[at : at + length - 2].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", data, at + 116)
            entries.setdefault(name, _Entry(kind, start, size))
        return entries


def _numbers(data: bytes) -> array[int]:
    whole = len(data) // 4
    return array("Q", struct.unpack(f"<{whole}I", data[: whole * 4]))
