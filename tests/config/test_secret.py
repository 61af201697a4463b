"""The secret that signs: made once, kept for its owner alone, the operator's before our own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from motocho.config._secret import VARIABLE, kept_secret


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("MOTOCHO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_secret_is_made_once_and_kept_for_its_owner(folder: Path) -> None:
    first = kept_secret()
    assert len(first) >= 50
    assert kept_secret() == first
    assert (folder / "secret").stat().st_mode & 0o077 == 0
    assert [path.name for path in folder.iterdir()] == ["secret"]


def test_those_who_start_at_once_agree_on_one(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: kept_secret(), range(32)))
    assert len(found) == 1


def test_operator_s_secret_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "given")
    assert kept_secret() == "given"
    assert not folder.exists()
