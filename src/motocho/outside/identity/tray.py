"""The folder between us and a vendor of identification: requests out, sealed results in [窓口].

A vendor's program takes `requests`, one JSON file each, and lays one into `results` under the same
name. A result carries a seal over its content by a secret that the vendor and we share: one without
it, or with another, counts for nothing. The first result of a request stays.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from motocho.outside._laying import lay, taken
from motocho.outside.identity.terms import Request, Result
from motocho.outside.postgres import home
from motocho.units.errors import Fault, InputError, OutsideFailure
from motocho.units.text import holds_my_number

VARIABLE = "MOTOCHO_IDENTITY_TRAY"
SECRET = "MOTOCHO_IDENTITY_SECRET"  # noqa: S105  # the name of a variable
LEAST_SECRET = 16
MOST_BYTES = 65_536
"""No result is longer."""
TWELVE_DIGITS = frozenset({"driving_licence", "driving_history"})
SITE = "MOTOCHO_IDENTITY_SITE"


class Vendor(Protocol):
    """Whoever identifies people for us [本人確認の事業者]."""

    def ask(self, request: Request) -> None:
        """Hand a request over; one that was handed over already stays as it is [依頼].

        Raises    OutsideFailure where it may not have arrived: it may be handed over again.
        """

    def result(self, request_ref: str) -> Result | None:
        """What became of a request; None until it is known [結果の照会].

        Raises    OutsideFailure where the result cannot be read, is not whole, not sealed by the
                  vendor, of another request, or shows an individual number.
        """


def seal_of(content: dict[str, Any], secret: bytes) -> str:
    """The seal of a content: HMAC-SHA256 of its JSON with sorted keys and no blanks [封印].

    >>> seal_of({"b": 1, "a": "あ"}, b"0" * 16)[:8]
    'bdc5f7d0'
    """
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Tray:
    """A folder as the way to a vendor [受け渡しフォルダー]."""

    folder: Path
    secret: bytes = field(repr=False)

    def ask(self, request: Request) -> None:
        """Lay a request down, whole or not at all [依頼].

        Raises    OutsideFailure where it cannot be laid down.
        """
        lay_document(self.folder / "requests", request.request_ref, request.document())

    def result(self, request_ref: str) -> Result | None:
        """The result that lies there [結果の照会].

        Raises    OutsideFailure as `Vendor.result`.
        """
        path = self.folder / "results" / f"{request_ref}.json"
        try:
            sealed = json.loads(taken(path, MOST_BYTES).decode())
            content, seal = sealed["content"], str(sealed["seal"]).encode()
            found = Result.of_document(content)
            is_sealed = hmac.compare_digest(seal, seal_of(content, self.secret).encode())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise OutsideFailure(Fault("IDV-023", file=path.name)) from None
        if not is_sealed:
            raise OutsideFailure(Fault("IDV-024", file=path.name))
        if found.request_ref != request_ref:
            raise OutsideFailure(Fault("IDV-033", file=path.name))
        if _shows_a_number(found):
            raise OutsideFailure(Fault("IDV-025", file=path.name))
        return _without_a_number(found)


def _shows_a_number(found: Result) -> bool:
    """Whether an individual number stands in what was read of a paper.

    A licence's own number has twelve digits: one in eleven would read as an individual number.
    """
    if found.read is None:
        return False
    numbers = () if found.read.paper in TWELVE_DIGITS else (found.read.number,)
    return any(holds_my_number(one) for one in (found.read.name, found.read.address, *numbers))


def _without_a_number(found: Result) -> Result:
    """A vendor's reference that may be an individual number is not kept; our own names it."""
    is_clean = not holds_my_number(found.evidence_ref.replace(found.request_ref, ""))
    return found if is_clean else replace(found, evidence_ref="")


def lay_document(folder: Path, name: str, content: object) -> None:
    """Lay a document down as JSON; the first one stays [書き出し].

    Raises    OutsideFailure where it cannot be laid down.
    """
    try:
        lay(folder, f"{name}.json", json.dumps(content, ensure_ascii=False).encode())
    except OSError:
        raise OutsideFailure(Fault("IDV-026")) from None


def is_connected() -> bool:
    """Whether this installation has a vendor [事業者の有無]: a secret was agreed on."""
    return bool(os.environ.get(SECRET))


def folder() -> Path:
    """Where requests and results lie [受け渡しフォルダーの場所]."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else home() / "identity"


def site() -> str:
    """Where a person reads a chip or signs, by the environment [事業者の画面]; empty where none is.

    Only an address that no one can listen to.
    """
    named = os.environ.get(SITE, "")
    return named if named.startswith("https://") else ""


def from_environment() -> Tray:
    """The folder and the secret that the environment names [窓口の設定].

    Raises    InputError without a secret of sixteen signs at least.
    """
    secret = os.environ.get(SECRET, "").encode()
    if len(secret) < LEAST_SECRET:
        raise InputError(Fault("IDV-027", details={"least": str(LEAST_SECRET)}))
    return Tray(folder(), secret)
