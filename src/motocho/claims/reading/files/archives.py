"""Packed files, opened with suspicion: sizes first, then only what is asked for [圧縮ファイル].

XLSX and ODS are archives of XML. Nothing is unpacked before its declared size is known to be
bounded, XML is read piece by piece, and documents that declare entities are refused.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO, Protocol
from xml.parsers import expat

from motocho.units.errors import Fault, FaultyInput

MAX_UNPACKED_BYTES = 512 << 20
"""Most bytes that are unpacked of one file."""
_MAX_RATIO = 200
"""Real tables shrink to a tenth or a fiftieth; what shrinks more was made to burst."""
_RATIO_COUNTS_FROM = 8 << 20
_MAX_MEMBERS = 2_000
_MAX_DIRECTORY_BYTES = 1 << 20
_PIECE_BYTES = 1 << 16
_LONGEST_TOKEN_BYTES = 4 << 20
_DEEPEST_NESTING = 200

_END_MARK = b"PK\x05\x06"
_END_BYTES = 22
_LONGEST_COMMENT = 65_535
_ENCRYPTED = 0x1

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
    IndexError,
)


class XmlReader(Protocol):
    """What is told of the elements of a document, by their names without a prefix [XMLの読み手]."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """A piece of text inside."""


class Archive:
    """The members of a packed file [圧縮ファイル].

    Raises    FaultyInput where it is broken, made to burst, or locked by a password.
    """

    def __init__(self, data: bytes) -> None:
        _check_directory(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN:
            raise broken_archive() from None
        self._unpacked = 0

    def names(self) -> frozenset[str]:
        """The names of all members [中のファイル名]."""
        return frozenset(self._zip.namelist())

    def read(self, name: str, most: int) -> bytes:
        """A small member whole, cut at `most` bytes [中のファイル]."""
        try:
            with self._open(name) as stream:
                return stream.read(most)
        except _BROKEN:
            raise broken_archive() from None

    def read_xml(self, name: str, reader: XmlReader) -> None:
        """A member as XML, told to `reader` [XMLの読み取り].

        Raises    FaultyInput where the archive or the XML is broken or refused.
        """
        parser = _parser(reader)
        fed = 0
        try:
            with self._open(name) as stream:
                while piece := stream.read(_PIECE_BYTES):
                    fed += len(piece)
                    parser.Parse(piece, False)  # noqa: FBT003  # the name of the C interface
                    if fed - parser.CurrentByteIndex > _LONGEST_TOKEN_BYTES:
                        raise broken_archive()
            parser.Parse(b"", True)  # noqa: FBT003  # the name of the C interface
        except expat.ExpatError:
            raise broken_archive() from None
        except _BROKEN:
            raise broken_archive() from None
        except LookupError:
            # An encoding that nobody knows is named in the head of the document.
            raise broken_archive() from None

    def _open(self, name: str) -> IO[bytes]:
        try:
            info = self._zip.getinfo(name)
        except KeyError:
            raise broken_archive() from None
        if info.flag_bits & _ENCRYPTED:
            raise locked()
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise broken_archive()
        self._unpacked += info.file_size
        bursts = info.file_size > _RATIO_COUNTS_FROM and info.file_size > _MAX_RATIO * max(
            info.compress_size, 1
        )
        if bursts or self._unpacked > MAX_UNPACKED_BYTES:
            details = {"limit": f"{MAX_UNPACKED_BYTES >> 20}MiB"}
            raise FaultyInput(Fault("TAB-021", excerpt=name[:40], details=details))
        return self._zip.open(info)


def _check_directory(data: bytes) -> None:
    """The directory of an archive is bounded before it is read."""
    at = data.rfind(_END_MARK, max(0, len(data) - _END_BYTES - _LONGEST_COMMENT))
    if at < 0 or len(data) < at + _END_BYTES:
        raise broken_archive()
    members, directory_bytes = struct.unpack_from("<HI", data, at + 10)
    if members > _MAX_MEMBERS or directory_bytes > _MAX_DIRECTORY_BYTES:
        raise FaultyInput(Fault("TAB-022", details={"limit": f"{_MAX_MEMBERS:,}"}))


def broken_archive() -> FaultyInput:
    """The refusal of a workbook that is cut off or damaged [こわれたファイル]."""
    return FaultyInput(Fault("TAB-020"))


def locked() -> FaultyInput:
    """The refusal of a workbook behind a password [パスワード]."""
    return FaultyInput(Fault("TAB-019"))


def _parser(reader: XmlReader) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST_NESTING:
            raise broken_archive()
        reader.start(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        reader.end(name.rpartition(":")[2])

    def refuse(*_: object) -> None:
        raise FaultyInput(Fault("TAB-023"))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    return parser


class Elements:
    """A reader that collects the attributes of some elements [要素の収集]."""

    def __init__(self, *names: str) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []
        self._names = frozenset(names)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Keep an element that is asked for, its attributes without prefixes."""
        if name in self._names:
            plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
            self.found.append((name, plain))

    def end(self, name: str) -> None:
        """Nothing: only attributes are kept."""

    def text(self, data: str) -> None:
        """Nothing: only attributes are kept."""
