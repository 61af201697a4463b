"""`motocho recalc …`: every form of output, every exit code, nothing else on stdout."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tests.cli.command import EXAMPLES, motocho

from motocho.cli import app
from motocho.cli.claims import recalc

CASE = EXAMPLES / "case.json"
TABLE = EXAMPLES / "history.csv"


def written(folder: Path, document: Any) -> Path:
    path = folder / "case.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


class TestRun:
    def test_json_is_the_one_document_on_stdout(self) -> None:
        run = motocho("recalc", "run", CASE, "--json")
        assert run.code == 0
        assert run.document["schema_version"] == 1
        assert list(run.document)[:5] == [
            "schema_version", "engine_version", "input_sha256", "assumptions", "warnings",
        ]  # fmt: skip
        assert len(run.document["rows"]) == 12
        assert run.document["rows"][7]["unpaid_interest_yen"] == 160

    def test_out_json_is_the_same(self) -> None:
        assert (
            motocho("recalc", "run", CASE, "--out", "json").out
            == motocho("recalc", "run", CASE, "--json").out
        )

    def test_standard_input_reads_the_same(self) -> None:
        run = motocho("recalc", "run", "-", "--json", stdin=CASE.read_bytes())
        assert run.out == motocho("recalc", "run", CASE, "--json").out

    def test_table_reads_like_the_case(self) -> None:
        table = motocho("recalc", "run", TABLE, "--json").document
        case = motocho("recalc", "run", CASE, "--json").document
        ours = [row["outstanding_principal_yen"] for row in table["rows"]]
        assert ours == [row["outstanding_principal_yen"] for row in case["rows"][: len(ours)]]
        assert table["rows"][0]["source_row"] == 2

    def test_terminal_table_states_numbers_and_conditions(self) -> None:
        run = motocho("recalc", "run", CASE)
        assert run.code == 0
        assert "191,676" in run.text
        assert "各年計算" in run.text
        assert "\x1b" not in run.text

    def test_english(self) -> None:
        run = motocho("recalc", "run", CASE, "--lang", "en")
        assert "191,676" in run.text
        assert "利息" not in run.text

    @pytest.mark.parametrize(
        ("out", "magic"), [("pdf", b"%PDF-"), ("xlsx", b"PK\x03\x04"), ("csv", b"\xef\xbb\xbf")]
    )
    def test_files_go_to_stdout_or_to_a_path(self, out: str, magic: bytes, tmp_path: Path) -> None:
        target = tmp_path / f"sheet.{out}"
        run = motocho("recalc", "run", CASE, "-o", target)
        assert (run.code, run.out) == (0, b"")
        assert target.read_bytes().startswith(magic)
        assert motocho("recalc", "run", CASE, "--out", out).out == target.read_bytes()

    def test_same_input_gives_the_same_bytes(self) -> None:
        for out in ("pdf", "xlsx", "csv", "json", "table"):
            first = motocho("recalc", "run", CASE, "--out", out).out
            again = motocho(
                "recalc", "run", CASE, "--out", out, TZ="America/New_York", LANG="C"
            ).out
            assert first == again, out

    def test_file_and_json_together(self, tmp_path: Path) -> None:
        target = tmp_path / "sheet.xlsx"
        run = motocho("recalc", "run", CASE, "-o", target, "--json")
        assert run.document["result"]["overpayment_yen"] > 0
        assert zipfile.is_zipfile(BytesIO(target.read_bytes()))

    def test_as_of_adds_a_closing_row(self) -> None:
        document = motocho("recalc", "run", CASE, "--as-of", "2001-12-31", "--json").document
        assert document["rows"][-1]["kind"] == "closing"
        assert document["rows"][-1]["date"] == "2001-12-31"
        assert document["rows"][-1]["source_row"] is None
        assert document["rows"][-1]["overpayment_interest_row_yen"] > 0

    def test_as_of_finds_the_closing_that_is_there(self, tmp_path: Path) -> None:
        events = [
            {"date": "2001-01-10", "kind": "borrow", "amount": 1000},
            {"date": "2001-02-10", "kind": "closing"},
            {"date": "2001-02-10", "kind": "repay", "amount": 10},
        ]
        path = written(tmp_path, {"events": events})
        rows = motocho("recalc", "run", path, "--as-of", "2001-02-10", "--json").document["rows"]
        assert [row["kind"] for row in rows] == ["borrow", "closing", "repay"]

    def test_as_of_closes_each_contract_of_its_own(self, tmp_path: Path) -> None:
        events = [
            {"date": "2001-01-10", "kind": "borrow", "amount": 1000, "contract": "a"},
            {"date": "2001-01-11", "kind": "borrow", "amount": 1000, "contract": "b"},
        ]
        path = written(tmp_path, {"events": events, "assumptions": {"contracts": "separate"}})
        rows = motocho("recalc", "run", path, "--as-of", "2002-02-10", "--json").document["rows"]
        assert [(row["kind"], row["contract"]) for row in rows[2:]] == [
            ("closing", "a"),
            ("closing", "b"),
        ]

    def test_as_of_before_the_last_event_is_usage(self) -> None:
        run = motocho("recalc", "run", CASE, "--as-of", "2001-01-11", "--json")
        assert run.code == 2
        assert run.document["faults"][0]["code"] == "USE-007"

    def test_assume_and_presets(self) -> None:
        def assumptions(*more: str) -> Any:
            return motocho("recalc", "run", CASE, "--json", *more).document["assumptions"]

        assert assumptions("--assume", "year_basis=fixed_365")["year_basis"] == "fixed_365"
        rates = 'contract_rates=[["2000-01-01","0.18"]]'
        assert assumptions("--assume", rates)["contract_rates"] == [["2000-01-01", "0.18"]]
        delays = 'delay_periods=[{"from_on":"2001-02-01","to_on":null}]'
        assert assumptions("--assume", delays)["delay_periods"] == [
            {"from_on": "2001-02-01", "to_on": None}
        ]
        parts = assumptions("--preset", "enforcement_parts")
        assert (parts["year_basis"], parts["rounding_stage"]) == ("whole_then_calendar", "part")
        assert assumptions("--preset", "zero")["overpayment_appropriation"] == "no_interest"
        both = assumptions("--preset", "enforcement", "--assume", "year_basis=fixed_365")
        assert both["year_basis"] == "fixed_365"

    def test_preset_prints_the_switches_it_sets(self) -> None:
        run = motocho("recalc", "run", CASE, "--preset", "enforcement", "--json")
        assert "year_basis=whole_then_calendar" in run.err

    @pytest.mark.parametrize("layout", ["court", "nagoya", "toyama"])
    def test_layout_moves_no_yen(self, layout: str) -> None:
        run = motocho("recalc", "run", CASE, "--layout", layout)
        assert run.code == 0
        assert "191,676" in run.text
        plain = motocho("recalc", "run", CASE, "--json").out
        assert motocho("recalc", "run", CASE, "--layout", layout, "--json").out == plain


class TestExitCodes:
    @pytest.mark.parametrize(
        ("arguments", "code", "fault"),
        [
            (["recalc", "run", "nowhere.csv"], 4, "USE-001"),
            (["recalc", "run", "examples"], 2, "USE-002"),
            (["recalc", "run", CASE, "--preset", "nagoya"], 2, "ASM-013"),
            (["recalc", "run", CASE, "--assume", "year_basis=360"], 2, "ASM-005"),
            (["recalc", "run", CASE, "--assume", "yaer_basis=calendar"], 2, "ASM-004"),
            (["recalc", "run", CASE, "--assume", "calendar"], 2, "ASM-001"),
            (["recalc", "run", CASE, "--assume", "contract_rates=[["], 2, "ASM-002"),
            (["recalc", "run", CASE, "--as-of", "soon"], 2, "DAT-002"),
            (["recalc", "run", CASE, "--nonsense"], 2, "USE-010"),
            (["recalc", "run", CASE, "-o", "nowhere/sheet.pdf"], 2, "USE-005"),
            (["recalc", "explain", CASE, "--row", "99"], 4, "USE-008"),
            (["recalc", "explain", CASE, "--row", "0"], 4, "USE-008"),
            (["recalc", "compare", CASE, "--scenario", EXAMPLES / "joined.toml"], 2, "USE-013"),
            (["recalc", "differ", CASE, "--their", "nowhere.csv"], 4, "USE-001"),
            (["fee", "--amount-in-dispute", "0"], 2, "LAW-042"),
            (["fee", "--amount-in-dispute", "-5"], 2, "LAW-042"),
            (["fee", "--amount-in-dispute", "lots"], 2, "AMT-002"),
            (["fee", "--amount-in-dispute", "5", "--on", "1990-01-01"], 6, "LAW-001"),
        ],
    )
    def test_each_is_one_document(self, arguments: list[str | Path], code: int, fault: str) -> None:
        run = motocho(*arguments, "--json")
        assert run.code == code, run.err
        assert run.document["faults"][0]["code"] == fault
        assert "Traceback" not in run.err
        plain = motocho(*arguments)
        assert (plain.code, plain.out) == (code, b"")
        assert "→" in plain.err

    def test_faults_of_a_case_are_all_listed(self, tmp_path: Path) -> None:
        events: list[Any] = [
            {"date": "2001-13-10", "kind": "borrow", "amount": -5},
            {"date": "S64.1.8", "kind": "lend", "amount": 1.5},
            {"date": "2001-01-12", "kind": "repay", "amount": "5万", "rate": 0.18},
            {"date": "2001-01-13", "kind": "carry", "amount": 5, "arose_on": "2002-01-01"},
            {"date": "2001-01-13", "kind": "closing", "amount": 5},
        ]
        run = motocho("recalc", "run", written(tmp_path, {"events": events}), "--json")
        assert run.code == 3
        found = [
            (fault["line"], fault["column"], fault["code"]) for fault in run.document["faults"]
        ]
        assert found == [
            (1, "date", "DAT-006"),
            (1, "amount", "CAS-018"),
            (2, "kind", "CAS-012"),
            (2, "date", "DAT-003"),
            (2, "amount", "CAS-021"),
            (3, "amount", "CAS-020"),
            (3, "rate", "RAT-101"),
            (4, "arose_on", "CAS-022"),
            (5, "amount", "CAS-016"),
        ]
        proposed = {fault["column"]: fault["proposed"] for fault in run.document["faults"][:6]}
        assert proposed["date"] == "1989-01-08"
        assert proposed["amount"] == "50000"

    def test_bug_gives_a_report_and_no_traceback(self, monkeypatch: Any, capfd: Any) -> None:
        def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError("planted")

        monkeypatch.setattr(recalc, "recalculate", broken)
        assert app.run(["recalc", "run", str(CASE), "--json"]) == 1
        captured = capfd.readouterr()
        fault = json.loads(captured.out)["faults"][0]
        assert fault["code"] == "SYS-001"
        assert "お金は動いていません" in fault["what_ja"]
        assert "Traceback" not in captured.err

    def test_interrupt_is_130(self, monkeypatch: Any) -> None:
        def stop(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(recalc, "recalculate", stop)
        assert app.run(["recalc", "run", str(CASE)]) == 130


class TestExplain:
    def test_paragraph_has_arithmetic_and_article(self) -> None:
        text = motocho("recalc", "explain", CASE, "--row", "2").text
        assert "200,000円 × 制限利率18.0% × 17/365 = 1,676.71…円" in text
        assert "1,676円" in text
        assert "191,676円" in text
        assert "利息制限法1条" in text

    def test_json_carries_both_languages(self) -> None:
        document = motocho("recalc", "explain", CASE, "--row", "12", "--json").document
        assert "最大判昭43.11.13" in document["citations"]
        assert "overpaid" in document["text_en"]
        assert document["row"]["row"] == 12

    def test_every_row_of_a_case_can_be_explained(self) -> None:
        for number in range(1, 13):
            run = motocho("recalc", "explain", CASE, "--row", str(number), "--lang", "en")
            assert run.code == 0
            assert run.text.startswith(f"Row {number}, 2001-")


class TestCompare:
    def test_deltas_and_parting(self) -> None:
        run = motocho(
            "recalc", "compare", EXAMPLES / "lender_365.csv",
            "--scenario", EXAMPLES / "joined.toml", "--scenario", EXAMPLES / "365.toml", "--json",
        )  # fmt: skip
        assert run.code == 0
        delta = run.document["deltas"][0]
        assert (delta["first"], delta["second"]) == ("一連", "365日固定")
        assert delta["outstanding_principal_yen"] > 0
        assert delta["parts_at"]["row"] == 2
        assert delta["parts_at"]["field"] == "interest_yen"

    def test_text(self) -> None:
        run = motocho(
            "recalc", "compare", EXAMPLES / "lender_365.csv",
            "--scenario", EXAMPLES / "joined.toml", "--scenario", EXAMPLES / "365.toml",
        )  # fmt: skip
        assert "2行目(2000-02-10)の利息から分かれます" in run.text


class TestDiffer:
    def test_finds_the_hidden_365(self) -> None:
        run = motocho(
            "recalc", "differ", EXAMPLES / "lender_365.csv",
            "--their", EXAMPLES / "lender_365.csv", "--json",
        )  # fmt: skip
        assert run.code == 0
        assert run.document["explained"]
        assert run.document["differs_from_court"] == {"year_basis": "fixed_365"}

    def test_names_the_row_that_nothing_explains(self, tmp_path: Path) -> None:
        theirs = tmp_path / "theirs.csv"
        text = (EXAMPLES / "lender_365.csv").read_text(encoding="utf-8")
        theirs.write_text(text.replace("461871", "461899"), encoding="utf-8")
        document = motocho(
            "recalc", "differ", EXAMPLES / "lender_365.csv", "--their", theirs, "--json"
        ).document
        assert not document["explained"]
        assert document["first_unexplained"]["date"] == "2000-04-10"
        assert document["first_unexplained"]["theirs_yen"] == 461_899


class TestDeduction:
    def test_published_example(self) -> None:
        run = motocho(
            "recalc",
            "deduction",
            "--face",
            "10万",
            "--deducted",
            "18,000",
            "--years",
            "1",
            "--json",
        )
        assert run.document == {
            "schema_version": 1,
            "received_yen": 82_000,
            "rate_ppm": 200_000,
            "allowed_yen": 16_400,
            "excess_yen": 1_600,
            "principal_yen": 98_400,
        }

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--face", "0", "--deducted", "0", "--years", "1"],
            ["--face", "100", "--deducted", "100", "--years", "1"],
            ["--face", "100", "--deducted", "-1", "--years", "1"],
            ["--face", "100", "--deducted", "1", "--years", "one"],
            ["--face", "100", "--deducted", "1", "--years", "-1"],
            ["--face", "100", "--deducted", "1", "--years", "1/0"],
        ],
    )
    def test_nonsense_is_usage(self, arguments: list[str]) -> None:
        assert motocho("recalc", "deduction", *arguments).code == 2
