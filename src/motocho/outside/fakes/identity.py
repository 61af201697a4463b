"""A vendor of identification to try things on: it answers requests, and fails [模擬の本人確認].

It shares nothing with `outside.identity`: it reads our requests as JSON by itself, and seals its
results by its own hand. `people` are the papers that whoever is asked for would show, by name.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from motocho.outside.fakes import plans


class Trouble(Enum):
    """What goes wrong with one request [障害]."""

    NONE = "none"
    LATE = "late"
    """Answered the next time."""
    ABANDONED = "abandoned"
    OTHER_FACE = "other_face"
    NOT_ALIVE = "not_alive"
    OTHER_PERSON = "other_person"
    """The paper is somebody else's."""
    EXPIRED = "expired"
    REVOKED = "revoked"
    """The certificate was revoked."""
    RETURNED = "returned"
    """The post came back."""
    FORGED = "forged"
    """A result that the vendor never sealed."""
    CUT = "cut"
    INDIVIDUAL_NUMBER = "individual_number"
    """A number that nobody may send."""


Plan = Callable[[int], Trouble]
"""The trouble of each request, counted from 0."""


calm: Plan = plans.scripted(Trouble.NONE)
"""Nothing goes wrong."""


def scripted(*troubles: Trouble) -> Plan:
    """These troubles, step by step, then none [決められた障害]."""
    return plans.scripted(Trouble.NONE, *troubles)


@dataclass(slots=True)
class FakeVendor:
    """The vendor on a folder [模擬の本人確認の事業者]; `people` by name: fields of a paper."""

    folder: Path
    secret: bytes
    people: Mapping[str, dict[str, Any]]
    plan: Plan = calm
    late: set[str] = field(default_factory=set)
    _step: int = 0

    def work(self, on: date) -> int:
        """Answer every request that has no answer yet; how many results were laid [実行]."""
        place = self.folder / "results"
        place.mkdir(parents=True, exist_ok=True)
        count = 0
        for path in sorted((self.folder / "requests").glob("[!.]*.json")):
            if (place / path.name).exists():
                continue
            trouble = Trouble.NONE
            if path.name not in self.late:
                trouble = self.plan(self._step)
                self._step += 1
            if trouble is Trouble.LATE:
                self.late.add(path.name)
                continue
            content = self._content(json.loads(path.read_text("utf-8")), trouble, on)
            (place / path.name).write_text(self._sealed(content, trouble), encoding="utf-8")
            count += 1
        return count

    def _content(self, asked: dict[str, str], trouble: Trouble, on: date) -> dict[str, Any]:
        way = asked["way"]
        paper: dict[str, Any] = {"number": "", "issued_on": None, "expires_on": None}
        paper |= self.people[asked["name"]]
        if trouble is Trouble.OTHER_PERSON:
            paper |= {"name": "別人 太郎", "born_on": "1970-01-01"}
        if trouble is Trouble.EXPIRED:
            paper["expires_on"] = "2001-01-01"
        if trouble is Trouble.INDIVIDUAL_NUMBER:
            paper |= {"paper": "my_number_card", "number": "123456789018"}
        has_face = way in {"photo_of_document", "chip_reading"}
        faces = {Trouble.OTHER_FACE: "other", Trouble.NOT_ALIVE: "not_alive"}
        ends = {Trouble.ABANDONED: "abandoned", Trouble.RETURNED: "returned"}
        outcome = ends.get(trouble, "done")
        is_done = outcome == "done"
        is_post = way == "restricted_post" and is_done
        return {
            "request_ref": asked["request_ref"],
            "way": way,
            "outcome": outcome,
            "on": on.isoformat(),
            "read": paper if is_done else None,
            "face": faces.get(trouble, "same") if has_face and is_done else "none",
            "is_signed": way == "public_key_certificate" and trouble is not Trouble.REVOKED,
            "received_on": on.isoformat() if is_post else None,
            "evidence_ref": f"vendor-{asked['request_ref']}",
            "reason": "" if is_done else outcome,
        }

    def _sealed(self, content: dict[str, Any], trouble: Trouble) -> str:
        plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        secret = b"somebody else's" if trouble is Trouble.FORGED else self.secret
        seal = hmac.new(secret, plain.encode("utf-8"), hashlib.sha256).hexdigest()
        text = json.dumps({"content": content, "seal": seal}, ensure_ascii=False)
        return text[: len(text) // 2] if trouble is Trouble.CUT else text
