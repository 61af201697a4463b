"""What a vendor answered, as a check that the law of its day is asked about; pure [結果の読替え].

A result that was not finished identifies nobody. All that it says is put to `methods.lacking`:
a vendor's word alone is never enough.
"""

from __future__ import annotations

from motocho.law.rules import Refusal
from motocho.outside.identity import Face, Outcome, Read, Result, Way
from motocho.screening.identity.methods import Checked, Liveness, Method
from motocho.screening.identity.papers import Paper, Shown, refusal

METHODS = {
    Way.PHOTO: Method.PHOTO,
    Way.CHIP: Method.CHIP,
    Way.CERTIFICATE: Method.CERTIFICATE,
    Way.POST: Method.RESTRICTED_POST,
}
"""Each way of a vendor, as the law knows it."""
_FACES = {
    Face.SAME: Liveness.SAME,
    Face.OTHER: Liveness.OTHER,
    Face.NOT_ALIVE: Liveness.NOT_ALIVE,
}


def checked_of(result: Result) -> Checked | Refusal:
    """What was done to know somebody, by a vendor's result [確認の内容] · KYC-001.

    Gives     the check, to be put to `methods.lacking`; or why there is none: it was not finished,
              or the paper is of no kind that is known.
    """
    read = result.read
    if result.outcome is not Outcome.DONE or read is None:
        told = {"outcome": result.outcome.value}
        return refusal("KYC-001", "IDV-028", "犯罪収益移転防止法4条1項", **told)
    known = {one.value: one for one in Paper}
    if read.paper not in known:
        return refusal("KYC-001", "IDV-001", "犯収法施行規則7条1号", paper=read.paper)
    return Checked(
        method=METHODS[result.way],
        on=result.on,
        shown=(_shown(read, known[read.paper]),),
        face=_FACES.get(result.face),
        is_signed=result.is_signed,
        received_on=result.received_on,
    )


def _shown(read: Read, paper: Paper) -> Shown:
    return Shown(
        paper, read.name, read.born_on, read.address, read.number, read.issued_on, read.expires_on
    )
