"""A vendor's results: whole, sealed and of the request, or they count for nothing; then the law is asked."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.screening.identity.test_papers import BORN, HOME, SELF

from motocho.law.rules import Refusal
from motocho.outside import identity as port
from motocho.outside.fakes.identity import FakeVendor, Trouble, scripted
from motocho.outside.identity import Outcome, Read, Request, Result, Tray, Way, seal_of
from motocho.screening.identity import Method, checked_of, lacking
from motocho.units.errors import InputError, OutsideFailure

ON = date(2026, 11, 24)
SECRET = b"a secret of sixteen signs"
LICENCE = {"paper": "driving_licence", "name": "佐藤 花子", "address": HOME,
           "born_on": BORN.isoformat(), "number": "308512345670",
           "expires_on": "2028-04-30"}  # fmt: skip
CARD = {**LICENCE, "paper": "my_number_card", "number": ""}


def asked(tmp_path: Path, way: Way, *troubles: Trouble) -> tuple[Tray, FakeVendor, Request]:
    tray = Tray(tmp_path, SECRET)
    paper = CARD if way is Way.CERTIFICATE else LICENCE
    vendor = FakeVendor(tmp_path, SECRET, {"佐藤 花子": paper}, scripted(*troubles))
    request = Request("q-1", way, "佐藤 花子", HOME, date(2026, 12, 1))
    tray.ask(request)
    return tray, vendor, request


@pytest.mark.rule("KYC-001")
@pytest.mark.parametrize("way", Way)
def test_whole_result_of_every_way_identifies(tmp_path: Path, way: Way) -> None:
    tray, vendor, request = asked(tmp_path, way)
    assert tray.result(request.request_ref) is None
    assert vendor.work(ON) == 1
    result = tray.result(request.request_ref)
    assert result is not None
    checked = checked_of(result)
    assert not isinstance(checked, Refusal)
    assert lacking(SELF, checked) == ()
    tray.ask(replace(request, name="another"))
    assert vendor.work(ON) == 0


@pytest.mark.rule("KYC-003")
def test_vendor_that_still_takes_pictures_in_april_2027_identifies_nobody(tmp_path: Path) -> None:
    tray, vendor, request = asked(tmp_path, Way.PHOTO)
    vendor.work(date(2027, 4, 1))
    result = tray.result(request.request_ref)
    assert result is not None
    checked = checked_of(result)
    assert not isinstance(checked, Refusal)
    assert checked.method is Method.PHOTO
    assert [one.rule_id for one in lacking(SELF, checked)] == ["KYC-003"]


@pytest.mark.rule("KYC-001")
@pytest.mark.parametrize(("way", "trouble", "code"), [
    (Way.PHOTO, Trouble.OTHER_FACE, "IDV-011"), (Way.CHIP, Trouble.NOT_ALIVE, "IDV-011"),
    (Way.CHIP, Trouble.OTHER_PERSON, "IDV-010"), (Way.PHOTO, Trouble.EXPIRED, "IDV-003"),
    (Way.CERTIFICATE, Trouble.REVOKED, "IDV-014"),
])  # fmt: skip
def test_result_that_says_no_identifies_nobody(
    tmp_path: Path, way: Way, trouble: Trouble, code: str
) -> None:
    tray, vendor, request = asked(tmp_path, way, trouble)
    vendor.work(ON)
    result = tray.result(request.request_ref)
    assert result is not None
    checked = checked_of(result)
    assert not isinstance(checked, Refusal)
    assert [one.code for one in lacking(SELF, checked)] == [code]


@pytest.mark.parametrize(("trouble", "outcome"), [
    (Trouble.ABANDONED, Outcome.ABANDONED), (Trouble.RETURNED, Outcome.RETURNED),
])  # fmt: skip
def test_result_that_was_not_finished_is_none(
    tmp_path: Path, trouble: Trouble, outcome: Outcome
) -> None:
    tray, vendor, request = asked(tmp_path, Way.POST, trouble)
    vendor.work(ON)
    result = tray.result(request.request_ref)
    assert result is not None
    assert result.outcome is outcome
    refusal = checked_of(result)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "IDV-028"


@pytest.mark.parametrize(("trouble", "code"), [
    (Trouble.FORGED, "IDV-024"), (Trouble.CUT, "IDV-023"), (Trouble.INDIVIDUAL_NUMBER, "IDV-025"),
])  # fmt: skip
def test_result_that_cannot_be_trusted_counts_for_nothing(
    tmp_path: Path, trouble: Trouble, code: str
) -> None:
    tray, vendor, request = asked(tmp_path, Way.CHIP, trouble)
    vendor.work(ON)
    with pytest.raises(OutsideFailure) as caught:
        tray.result(request.request_ref)
    assert caught.value.faults[0].code == code


def _sealed(content: object) -> bytes:
    """As the vendor would seal it, where that can be said of it at all."""
    seal = seal_of(content, SECRET) if isinstance(content, dict) else "0"
    return json.dumps({"content": content, "seal": seal}).encode()


HOSTILE: dict[str, Callable[[Path, bytes], object]] = {
    "deep": lambda path, _: path.write_bytes(b"[" * 60_000),
    "long": lambda path, true: path.write_bytes(true + b" " * 70_000),
    "no text": lambda path, _: path.write_bytes(b"\xff\xfe\x00"),
    "seal of other signs": lambda path, true: path.write_bytes(
        json.dumps({**json.loads(true), "seal": "封印"}).encode()
    ),
    "half a sign": lambda path, true: path.write_bytes(
        true.replace(json.loads(true)["content"]["evidence_ref"].encode(), b"\\ud800")
    ),
    "a list": lambda path, _: path.write_bytes(_sealed([1, 2])),
    "a number": lambda path, _: path.write_bytes(b"1"),
    "a day that is none": lambda path, true: path.write_bytes(
        _sealed({**json.loads(true)["content"], "on": 7})
    ),
    "a folder": lambda path, _: path.mkdir(),
    "a pipe": lambda path, _: os.mkfifo(path),
    "a way elsewhere": lambda path, _: path.symlink_to("/dev/zero"),
    "nothing": lambda path, _: path.write_bytes(b""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_file_that_is_made_to_stop_us_is_a_result_that_cannot_be_read(
    tmp_path: Path, name: str
) -> None:
    tray, vendor, request = asked(tmp_path, Way.CHIP)
    vendor.work(ON)
    path = tray.folder / "results" / "q-1.json"
    true = path.read_bytes()
    path.unlink()
    HOSTILE[name](path, true)
    with pytest.raises(OutsideFailure) as caught:
        tray.result(request.request_ref)
    expected = "IDV-024" if name == "seal of other signs" else "IDV-023"
    assert caught.value.faults[0].code == expected


@pytest.mark.rule("PRIV-001")
@pytest.mark.parametrize("place", ["name", "address", "number"])
def test_individual_number_is_taken_in_nowhere(tmp_path: Path, place: str) -> None:
    tray, vendor, request = asked(tmp_path, Way.CERTIFICATE)
    vendor.work(ON)
    path = tray.folder / "results" / "q-1.json"
    content = json.loads(path.read_text("utf-8"))["content"]
    content["read"][place] = "kept 1234 5678 9018"
    path.write_bytes(_sealed(content))
    with pytest.raises(OutsideFailure) as caught:
        tray.result(request.request_ref)
    assert caught.value.faults[0].code == "IDV-025"
    content["read"][place] = "kept 1234 5678 9012"  # its last digit is no check digit
    path.write_bytes(_sealed(content))
    assert tray.result(request.request_ref) is not None


@pytest.mark.rule("PRIV-001")
def test_licence_number_of_twelve_digits_is_no_individual_number(tmp_path: Path) -> None:
    """One licence in eleven has such a number: its holder is identified as any other."""
    tray, vendor, request = asked(tmp_path, Way.CHIP)
    vendor.people = {"佐藤 花子": {**LICENCE, "number": "123456789018"}}
    vendor.work(ON)
    result = tray.result(request.request_ref)
    assert result is not None
    checked = checked_of(result)
    assert not isinstance(checked, Refusal)
    assert lacking(SELF, checked) == ()


@pytest.mark.rule("PRIV-001")
def test_reference_that_may_be_an_individual_number_is_not_kept(tmp_path: Path) -> None:
    tray, vendor, request = asked(tmp_path, Way.CHIP)
    vendor.work(ON)
    path = tray.folder / "results" / "q-1.json"
    content = json.loads(path.read_text("utf-8"))["content"]
    for told, kept in (("123456789018", ""), ("123456789012", "123456789012")):
        path.write_bytes(_sealed({**content, "evidence_ref": told}))
        result = tray.result(request.request_ref)
        assert result is not None
        assert result.evidence_ref == kept


def test_late_result_comes_the_next_time_and_one_of_another_request_is_none(tmp_path: Path) -> None:
    tray, vendor, request = asked(tmp_path, Way.CHIP, Trouble.LATE)
    assert vendor.work(ON) == 0
    assert tray.result(request.request_ref) is None
    assert vendor.work(ON) == 1
    assert tray.result(request.request_ref) is not None
    results = tmp_path / "results"
    (results / "q-2.json").write_bytes((results / "q-1.json").read_bytes())
    with pytest.raises(OutsideFailure):
        tray.result("q-2")


@settings(max_examples=60)
@given(st.data())
def test_no_field_of_a_sealed_result_can_be_changed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    tray, vendor, request = asked(tmp_path_factory.mktemp("t"), Way.CHIP)
    vendor.work(ON)
    path = tray.folder / "results" / "q-1.json"
    sealed = json.loads(path.read_text("utf-8"))
    place = sealed["content"]
    if data.draw(st.booleans()):
        place = place["read"]
    name = data.draw(st.sampled_from(sorted(place)))
    before = place[name]
    place[name] = data.draw(
        st.sampled_from([None, True, False, "", "same", "done", "2027-01-01", "佐藤 花子x"]).filter(
            lambda one: one != before
        )
    )
    path.write_text(json.dumps(sealed), encoding="utf-8")
    with pytest.raises(OutsideFailure):
        tray.result(request.request_ref)


@pytest.mark.parametrize("result", [
    Result("q", Way.POST, Outcome.RETURNED, ON, reason="returned"),
    Result("q", Way.CHIP, Outcome.DONE, ON, Read("passport", "a", "b", BORN, "n", ON, None),
           port.Face.SAME, evidence_ref="e"),
])  # fmt: skip
def test_result_comes_back_as_it_went(result: Result) -> None:
    assert Result.of_document(json.loads(json.dumps(result.document()))) == result


def test_unknown_paper_is_none_that_counts() -> None:
    result = Result("q", Way.CHIP, Outcome.DONE, ON, Read("library_card", "a", "b", BORN))
    refusal = checked_of(result)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "IDV-001"


def test_folder_and_secret_are_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(port.VARIABLE, str(tmp_path))
    for short in ("", "short"):
        monkeypatch.setenv(port.SECRET, short)
        with pytest.raises(InputError):
            port.from_environment()
    monkeypatch.setenv(port.SECRET, SECRET.decode())
    assert port.from_environment() == Tray(tmp_path, SECRET)
    assert SECRET.decode() not in repr(port.from_environment())


def test_folder_that_cannot_be_made_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutsideFailure):
        Tray(tmp_path / "file", SECRET).ask(Request("q", Way.CHIP, "a", "b", ON))
