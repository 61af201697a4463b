"""`motocho recalc batch`: one line in, one line out, the same as `run` gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.command import EXAMPLES, motocho
from tests.strategies import random_case

from motocho.cli.claims import _batch
from motocho.cli.claims._batch import Kernel


def line(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def test_results_in_order_and_faults_among_them() -> None:
    good = json.loads((EXAMPLES / "case.json").read_text(encoding="utf-8"))
    lines = [line(good), b"{nonsense", line({"events": []}), b"", line(good)]
    run = motocho("recalc", "batch", "-", stdin=b"\n".join(lines))
    documents = [json.loads(text) for text in run.out.splitlines()]
    assert run.code == 3
    assert ["rows" in document for document in documents] == [True, False, False, True]
    assert documents[1]["faults"][0]["code"] == "CAS-003"
    assert documents[2]["faults"][0]["code"] == "HIS-001"


def test_line_is_what_run_gives(tmp_path: Path) -> None:
    for seed in range(12):
        document = line(random_case(seed))
        path = tmp_path / f"{seed}.json"
        path.write_bytes(document)
        alone = json.loads(motocho("recalc", "run", path, "--json").out)
        batch = next(iter(_batch.documents([document], Kernel.INTERPRETED)))
        assert json.loads(json.dumps(batch)) == _without_file(alone)


def _without_file(document: Any) -> Any:
    for warning in document["warnings"]:
        warning["file"] = None
    return document


def test_compiled_block_gives_the_same_lines() -> None:
    lines = [line(random_case(seed)) for seed in range(300)]
    interpreted = list(_batch.documents(lines, Kernel.INTERPRETED))
    assert list(_batch.documents(lines, Kernel.COMPILED)) == interpreted


def test_many_blocks_keep_their_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Blocks are shared out to processes; lines come back as they went."""
    monkeypatch.setattr(_batch, "BLOCK_LINES", 7)
    path = tmp_path / "cases.jsonl"
    lines = [line(random_case(seed)) for seed in range(60)]
    path.write_bytes(b"\n".join(lines))
    with path.open("rb") as stream:
        rendered = list(_batch._rendered(_batch._blocks(stream)))
    documents = [json.loads(text) for one in rendered for text in one.data.splitlines()]
    expected = list(_batch.documents(lines, Kernel.INTERPRETED))
    assert documents == json.loads(json.dumps(expected))


def test_all_good_is_done(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(b"\n".join(line(random_case(seed)) for seed in range(10)) + b"\n")
    run = motocho("recalc", "batch", path)
    assert (run.code, len(run.out.splitlines())) == (0, 10)
