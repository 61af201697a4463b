"""Papers as files: the same yen in every form, the court's page measured, templates that cannot act."""

from __future__ import annotations

import io
import re
import subprocess
import time
import zipfile
from datetime import date
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motocho.claims import pleading, reading
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import Event, History
from motocho.claims.pleading import Grid, Look, PaperKind
from motocho.claims.statement import recalculate
from motocho.documents import typeset
from motocho.kernel.conventions import (
    EventKind,
    OpeningBalance,
    OverpaymentAppropriation,
    OverpaymentRateRule,
    Series,
    YearBasis,
)
from motocho.office import papers
from motocho.office.papers import Desk, Form
from motocho.units.errors import FaultyInput, Language
from motocho.units.money import court_yen_text

DAY = date(2026, 11, 21)
EXAMPLE = Path(__file__).parents[2] / "examples" / "case.json"
MM = 72 / 25.4


@pytest.fixture(scope="module")
def content() -> pleading.Content:
    history = reading.read(EXAMPLE.read_bytes())
    statement = recalculate(history, Assumptions(), as_of=DAY)
    facts = {**papers.SAMPLE_FACTS, "agent_kind": "lawyer", "agent_name": "見本次郎"}
    facts["agent_address"] = "東京都新宿区見本四丁目4番4号"
    return pleading.content(statement, pleading.read(facts), DAY)


@pytest.fixture(scope="module")
def pack(content: pleading.Content) -> papers.Pack:
    return papers.pack(content, pleading.offered(content))


# ------------------------------------------------------------------------------------ the same yen
def test_words_follow_the_lines_of_a_template(content: pleading.Content) -> None:
    """A mark at the end of a line takes no line with it; a line of marks alone leaves none."""
    data = papers.make(PaperKind.COMPLAINT, content, Form.WORD).data
    lines = papers.word_text(data).split("\n")
    assert any(
        line.startswith("1") and line.endswith("訴状副本(電子申立てでは不要)") for line in lines
    )
    assert any(line.startswith("2") and line.endswith("甲号証の写し") for line in lines)
    assert not any(left == right == "" for left, right in pairwise(lines[6:]))


def test_a_pack_holds_every_paper_that_fits(pack: papers.Pack, content: pleading.Content) -> None:
    made = {(file.kind, file.form) for file in pack.files if file.kind}
    wanted = {(kind, form) for kind in pleading.offered(content) for form in papers.forms_of(kind)}
    assert made == wanted
    assert not pack.lacking
    assert pack.files[0].name == "00_提出書類一覧.pdf"
    assert len({file.name for file in pack.files}) == len(pack.files)


def test_a_usual_pack_holds_nothing_that_is_still_to_be_written(
    content: pleading.Content,
) -> None:
    kinds = set(pleading.usual(content))
    assert PaperKind.COMPLAINT in kinds
    assert not any(
        "具体的に書く" in papers.load(kind.value).text
        for kind in kinds
        if kind.spec.look is not Look.SHEET
    )
    assert PaperKind.BRIEF_BAD_FAITH in set(pleading.offered(content)) - kinds


def test_pdf_and_word_say_the_same_amounts(pack: papers.Pack, content: pleading.Content) -> None:
    """Read back from the finished files: no amount but the content's, and in both forms the same."""
    known = {*content.amounts().values()}
    by_kind: dict[PaperKind, dict[Form, frozenset[int]]] = {}
    for file in pack.files:
        if file.kind is None or file.form is Form.XLSX or file.kind.spec.look is Look.SHEET:
            continue
        if file.kind is PaperKind.CERTIFIED_DEMAND and file.form is Form.PDF:
            continue
        text = papers.pdf_text(file.data) if file.form is Form.PDF else papers.word_text(file.data)
        by_kind.setdefault(file.kind, {})[file.form] = papers.amounts_in(text)
    for kind, forms in by_kind.items():
        assert len(set(forms.values())) == 1, kind
        assert next(iter(forms.values())) <= known, kind
    assert content.total_yen in by_kind[PaperKind.COMPLAINT][Form.PDF]


VARIED = [
    Assumptions(),
    Assumptions(overpayment_appropriation=OverpaymentAppropriation.NO_INTEREST),
    Assumptions(overpayment_appropriation=OverpaymentAppropriation.ACCUMULATE),
    Assumptions(overpayment_rate_rule=OverpaymentRateRule.SPLIT_2020),
    Assumptions(contracts=Series.SEPARATE),
    Assumptions(contracts=Series.SEPARATE_SET_OFF),
    Assumptions(year_basis=YearBasis.FIXED_365, opening_balance=OpeningBalance.ZERO),
]


@pytest.mark.parametrize("assumptions", VARIED, ids=range(len(VARIED)))
@pytest.mark.parametrize("again_yen", [50_000, 900_000])
def test_papers_of_every_reading_agree(assumptions: Assumptions, again_yen: int) -> None:
    """A claim, a debt, or both, under each convention: every paper that fits can be made."""
    events = (
        Event(date(2001, 1, 10), EventKind.OPENING, 300_000, 292_000),
        Event(date(2002, 1, 10), EventKind.BORROW, 200_000, 292_000),
        Event(date(2004, 1, 10), EventKind.REPAY, 900_000, note="推定"),
        Event(date(2019, 1, 10), EventKind.BORROW, again_yen, 180_000, contract="2"),
    )
    history = History(events, lender="架空ファイナンス株式会社", input_sha256="ab" * 32)
    facts = {**papers.SAMPLE_FACTS, "their_claim_yen": "100万", "settlement_yen": "12万3456"}
    content = pleading.content(
        recalculate(history, assumptions, as_of=DAY), pleading.read(facts), DAY
    )
    told = (
        PaperKind.COMPLAINT,
        PaperKind.REPAYMENT_PLAN,
    )
    made = papers.pack(content, [kind for kind in told if kind in pleading.offered(content)])
    assert not made.lacking
    kinds = {file.kind for file in made.files}
    assert (PaperKind.COMPLAINT in kinds) == content.has_claim
    assert (PaperKind.REPAYMENT_PLAN in kinds) == (content.owed_yen > 0)
    if content.plan is not None:
        plan = next(file for file in made.files if file.kind is PaperKind.REPAYMENT_PLAN)
        found = papers.amounts_in(papers.pdf_text(plan.data))
        rows = content.plan.instalments
        assert {one.amount_yen for one in rows} <= found
        assert abs(1_000_000 - content.owed_yen) in found


def test_sheet_and_workbook_end_in_the_claim(pack: papers.Pack, content: pleading.Content) -> None:
    annex = next(file for file in pack.files if file.kind is PaperKind.ANNEX)
    assert annex.form is Form.PDF
    text = papers.pdf_text(annex.data).replace(" ", "")
    for amount_yen in (content.overpayment_yen, content.interest_yen, content.total_yen):
        assert f"{amount_yen:,}円" in text
    assert content.input_sha256 in text
    assert "別紙" in text


def test_the_same_content_gives_the_same_bytes(
    pack: papers.Pack, content: pleading.Content
) -> None:
    kinds = (PaperKind.COMPLAINT, PaperKind.REPAYMENT_DEMAND, PaperKind.ANNEX)
    again = papers.pack(content, kinds)
    first = {(file.kind, file.form): file.data for file in pack.files}
    for file in again.files:
        if file.kind is not None:
            assert file.data == first[file.kind, file.form], file.name
    assert pack.zipped() == pack.zipped()
    assert pack.printed() == pack.printed()


def test_every_paper_states_engine_hash_and_conditions(pack: papers.Pack) -> None:
    for file in pack.files:
        if file.form is Form.PDF:
            text = papers.pdf_text(file.data)
            assert "Motocho" in text, file.name
            assert re.search("[0-9a-f]{64}", text), file.name


# ------------------------------------------------------------------------------- the court's page
def boxes(data: bytes) -> list[list[tuple[float, float, float, float, str]]]:
    made = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=data, capture_output=True, check=True
    )
    pages = made.stdout.decode().split("<page ")[1:]
    word = re.compile(
        r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>'
    )
    return [
        [(*(float(one) for one in found[:4]), found[4]) for found in word.findall(page)]
        for page in pages
    ]


def running(text: str) -> bytes:
    from motocho.claims.pleading import markup  # noqa: PLC0415
    from motocho.office.papers import _pages  # noqa: PLC0415

    return _pages.page_file(markup.parsed(text), Look.COURT, _pages.Foot("t", "foot", DAY))


def test_a_full_page_is_37_by_26_within_the_margins() -> None:
    """Kanji only: each of 26 lines holds 37, from the left margin to the right one."""
    pages = boxes(running("! " + "原" * (37 * 26 + 37)))
    body = [box for box in pages[0] if set(box[4]) == {"原"}]
    assert len(body) == 26
    assert all(len(box[4]) == 37 for box in body)
    for left, _, right, _, _ in body:
        assert left == pytest.approx(30 * MM, abs=0.5)
        assert 210 * MM - right == pytest.approx(20 * MM, abs=0.5)
    pitch = (297 - 35 - 27) * MM / 26
    tops = sorted(box[1] for box in body)
    assert all(b - a == pytest.approx(pitch, abs=0.05) for a, b in pairwise(tops))
    assert tops[0] >= 35 * MM - 0.5
    assert max(box[3] for box in body) <= (297 - 27) * MM + 0.5
    assert [box[4] for box in pages[1] if set(box[4]) == {"原"}] == ["原" * 37]


def test_figures_take_half_a_cell_and_signs_a_whole_one() -> None:
    pages = boxes(running("! " + "12" * 37 + "\n! " + "原、「（」）。" * 5 + "原原"))
    figures = next(box for box in pages[0] if box[4].startswith("1212"))
    assert figures[2] - figures[0] == pytest.approx(160 * MM, abs=0.7)
    signs = [box for box in pages[0] if box[4].startswith("原")]
    assert max(box[2] for box in signs) - 30 * MM == pytest.approx(160 * MM, abs=0.7)


def bookmarks(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    try:
        return [one.get_title() for one in document.get_toc()]
    finally:
        document.close()


def test_headings_are_bookmarks(pack: papers.Pack) -> None:
    complaint = next(file for file in pack.files if file.kind is PaperKind.COMPLAINT)
    found = [one.replace("\u3000", " ") for one in bookmarks(complaint.data)]
    assert [one for one in found if one.startswith("第")] == [
        "第1 請求の趣旨", "第2 請求の原因", "第3 証拠方法", "第4 附属書類",
    ]  # fmt: skip


def test_what_is_filed_is_one_file_with_bookmarks(content: pleading.Content) -> None:
    file = papers.filing_file(content)
    assert bookmarks(file.data) == ["訴状", "当事者目録", "別紙計算書"]
    assert papers.has_text(file.data)
    assert content.total_yen in papers.amounts_in(papers.pdf_text(file.data))
    assert file.data == papers.filing_file(content).data


def test_the_complaint_stays_in_its_margins_with_page_numbers(pack: papers.Pack) -> None:
    complaint = next(file for file in pack.files if file.kind is PaperKind.COMPLAINT)
    pages = boxes(complaint.data)
    assert len(pages) >= 3
    for number, page in enumerate(pages, 1):
        bottom = (297 - 27) * MM
        body = [box for box in page if box[1] < bottom]
        assert min(box[0] for box in body) >= 30 * MM - 0.5
        assert max(box[2] for box in body) <= 190 * MM + 0.7
        foot = [box for box in page if box[1] >= bottom and box[4] == str(number)]
        assert len(foot) == 1
        assert (foot[0][0] + foot[0][2]) / 2 == pytest.approx((30 + 190) / 2 * MM, abs=1)
        lines = {round(box[3]) for box in body}
        assert len(lines) <= 26


def test_amounts_stand_as_judgments_write_them(
    pack: papers.Pack, content: pleading.Content
) -> None:
    complaint = next(file for file in pack.files if file.kind is PaperKind.COMPLAINT)
    text = papers.pdf_text(complaint.data)
    assert court_yen_text(content.total_yen) in text
    assert re.search("[0-9]万[0-9]{4}円", text)
    assert "第1" in text
    parties = next(file for file in pack.files if file.kind is PaperKind.PARTY_LIST)
    named = papers.pdf_text(parties.data)
    assert "株式会社" in named
    assert "代表者" in named
    assert "(株)" not in named


def test_500_rows_take_at_most_15_pages() -> None:
    events = [Event(date(1995, 1, 10), EventKind.BORROW, 500_000, 292_000)]
    for number in range(499):
        year, month = divmod(number, 24)
        kind = EventKind.BORROW if number % 5 == 4 else EventKind.REPAY
        events.append(Event(date(1995 + year, 1 + month // 2, 12 + month % 2), kind, 20_000))
    history = History(tuple(events), lender="架空ファイナンス株式会社", input_sha256="ab" * 32)
    made = pleading.content(
        recalculate(history, Assumptions(), as_of=DAY), pleading.read(papers.SAMPLE_FACTS), DAY
    )
    data = papers.make(PaperKind.ANNEX, made).data
    pages = boxes(data)
    assert len(pages) <= 15
    for number, page in enumerate(pages, 1):
        texts = "".join(box[4] for box in page)
        assert f"{number}/{len(pages)}" in texts.replace(" ", "")
        assert "残元金" in texts or number == len(pages)
        assert made.input_sha256 in texts
    text = papers.pdf_text(data)
    years = {row.event.on.year for row in made.statement.rows}
    assert all(f"{year}年" in text for year in years)
    assert text.count("小計") >= len(years)
    assert "計算の条件" in text


# ---------------------------------------------------------------------------------- certified mail
def test_a_certified_letter_stands_on_its_grid(content: pleading.Content) -> None:
    for grid in Grid:
        data = papers.make(PaperKind.CERTIFIED_DEMAND, content, desk=Desk(grid=grid)).data
        text = papers.certified_text(content, Desk(grid=grid))
        counted = pleading.certified.count(text, grid)
        made = subprocess.run(["pdfinfo", "-"], input=data, capture_output=True, check=True)
        assert f"Pages:           {counted.sheets}" in made.stdout.decode()
        printed = re.sub(r"\s", "", papers.pdf_text(data))
        for sign in set(re.sub(r"\s", "", text)):
            assert sign in printed


def test_the_word_file_fits_electronic_certified_mail(content: pleading.Content) -> None:
    """A4, 10.5 points or more, margins of 15 mm or more."""
    from docx import Document  # noqa: PLC0415

    data = papers.make(PaperKind.CERTIFIED_DEMAND, content, Form.WORD).data
    document = Document(io.BytesIO(data))
    section = document.sections[0]
    assert section.page_width is not None
    assert section.page_height is not None
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    for side in (
        section.left_margin,
        section.right_margin,
        section.top_margin,
        section.bottom_margin,
    ):
        assert side is not None
        assert side.mm >= 15
    size = document.styles["Normal"].font.size
    assert size is not None
    assert size.pt >= 10.5


# --------------------------------------------------------------------------------------- templates
def test_our_templates_have_no_fault() -> None:
    assert papers.lint_all() == []
    assert set(papers.names()) == {
        path.stem for path in (Path(papers.__file__).parent / "templates").glob("*.txt")
    }


ATTACKS = {
    "{{ ''.__class__ }}": "PLD-035",
    "{{ client.__class__.__mro__ }}": "PLD-035",
    "{{ client['__class__'] }}": "PLD-032",
    "{{ client.name.upper() }}": "PLD-032",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}": "PLD-032",
    "{% include '/etc/passwd' %}": "PLD-032",
    "{% import 'x' as y %}": "PLD-032",
    "{% extends 'x' %}": "PLD-032",
    "{% for x in range(999999999) %}x{% endfor %}": "PLD-033",
    "{% for x in exhibits recursive %}{{ loop(exhibits) }}{% endfor %}": "PLD-033",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}": "PLD-032",
    "{% set x = 1 %}": "PLD-032",
    "{{ 'a' * 999999999 }}": "PLD-032",
    "{{ 9 ** 999999 }}": "PLD-032",
    "{{ 'x'|center(999999999) }}": "PLD-032",
    "{{ client|attr('__class__') }}": "PLD-032",
    "{{ client.name" + "|replace('a','aaaaaaaaaa')" * 9 + " }}": "PLD-032",
    "{{ client.name|join('aaaaaaaaaa')|join('aaaaaaaaaa') }}": "PLD-032",
    "{% if client.name %}" * 200 + "x" + "{% endif %}" * 200: "PLD-033",
    "{{ " + "not " * 300 + "client.name }}": "PLD-033",
    "{% for a in exhibits %}{% for b in exhibits %}{% for c in exhibits %}x{% endfor %}{% endfor %}{% endfor %}": "PLD-033",
    "{{ self }}": "PLD-035",
    "{{ clami.total }}": "PLD-035",
    "{{ claim.totl }}": "PLD-035",
    "{% for x in claim %}{% endfor %}": "PLD-034",
    "{{ unclosed": "PLD-031",
    "{{ " + "(" * 5_000 + " }}": "PLD-031",
    "あ" * 60_001: "PLD-030",
}


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: text[:30])
def test_a_template_can_do_nothing_but_name_fields(text: str, tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(FaultyInput) as caught:
        papers.keep("complaint", text, tmp_path)
    assert time.monotonic() - began < 5
    assert ATTACKS[text] in {fault.code for fault in caught.value.faults}
    assert list(tmp_path.iterdir()) == []


PIECES = st.sampled_from(  # three lists read better
    [
        "{{",
        "}}",
        "{%",
        "%}",
        " ",
        "client.name",
        "claim.total",
        "for x in exhibits",
        "endfor",
        "x.title",
        "if",
        "endif",
        "else",
        "client",
        "|trim",
        "|first",
        "(",
        ")",
        "'",
        "[0]",
        "\n",
        "loop.index",
        "||: 99999999999999999999",
        "|| a | b",
        "# ",
        "## ",
        "- a :: b",
        "あ、",
        "{#",
        "#}",
        "not ",
        "in",
    ]
)


@settings(max_examples=40, deadline=None)
@given(pieces=st.lists(PIECES, max_size=14))
def test_any_text_is_a_paper_or_a_list_of_faults(pieces: list[str]) -> None:
    """Nothing but faults ever comes of a template, and what has none can be set and printed."""
    content = papers.sample_content()
    source = papers.Source(
        "cover_letter", "cover_letter.txt", "".join([*pieces, "\n"]), is_changed=True
    )
    if papers.faults_of(source):
        return
    with TemporaryDirectory() as folder:
        papers.keep("cover_letter", source.text, Path(folder))
        for form in (Form.PDF, Form.WORD):
            desk = Desk(Path(folder), making=papers.Making.DRAFT)
            assert papers.make(PaperKind.COVER_LETTER, content, form, desk).data


@settings(max_examples=12, deadline=None)
@given(text=st.text(max_size=200))
def test_any_sign_can_be_printed(text: str) -> None:
    """Names hold what they hold: signs that no font has become 〓, none stops a paper."""
    stated = {**papers.SAMPLE_FACTS, "client_name": text, "lender_representative": text}
    content = pleading.content(papers.sample_content().statement, pleading.read(stated), DAY)
    for form in (Form.PDF, Form.WORD):
        desk = Desk(making=papers.Making.DRAFT)
        assert papers.make(PaperKind.PARTY_LIST, content, form, desk).data


def test_faults_are_listed_all_at_once_with_their_lines() -> None:
    source = papers.Source("complaint", "complaint.txt", "{{ a }}\n\n{{ claim.totl }}\n", True)  # noqa: FBT003
    faults = papers.faults_of(source)
    assert [(fault.line, fault.file) for fault in faults] == [
        (1, "complaint.txt"),
        (3, "complaint.txt"),
    ]
    assert faults[1].proposed == "claim.total"


def test_what_comes_out_is_bounded(tmp_path: Path, content: pleading.Content) -> None:
    body = "あ" * 3_000
    text = (
        "{% for a in case.conditions %}{% for b in case.conditions %}"
        + body
        + "{% endfor %}{% endfor %}"
    )
    papers.keep("complaint", text, tmp_path)
    with pytest.raises(FaultyInput, match="too long"):
        papers.make(PaperKind.COMPLAINT, content, desk=Desk(tmp_path))


def test_text_is_never_typst(tmp_path: Path, content: pleading.Content) -> None:
    """What a person writes is data to the typesetter, whatever it looks like."""
    wanted = '#read("/etc/passwd") #import "x" $x$ *b* <a> @a'
    text = f"! {wanted}\n{{{{ claim.total }}}} {{{{ claim.overpayment }}}} {{{{ court.fee }}}}"
    papers.keep("complaint", text, tmp_path)
    data = papers.make(PaperKind.COMPLAINT, content, desk=Desk(tmp_path)).data
    assert wanted.replace(" ", "") in papers.pdf_text(data).replace(" ", "")


def test_an_amount_typed_into_a_template_is_found(
    tmp_path: Path, content: pleading.Content
) -> None:
    papers.keep("complaint", "{{ claim.total }} {{ claim.overpayment }}99円", tmp_path)
    with pytest.raises(FaultyInput) as caught:
        papers.make(PaperKind.COMPLAINT, content, desk=Desk(tmp_path))
    codes = [fault.code for fault in caught.value.faults]
    assert codes == ["PLD-040", "PLD-041"]
    assert "99円" in caught.value.faults[0].what(Language.JA)


def test_an_office_changes_a_template_and_goes_back(
    tmp_path: Path, content: pleading.Content
) -> None:
    ours = papers.load("withdrawal", tmp_path)
    assert not ours.is_changed
    papers.keep("withdrawal", ours.text.replace("訴え取下書", "訴え取下げ書"), tmp_path)
    data = papers.make(PaperKind.WITHDRAWAL, content, desk=Desk(tmp_path)).data
    assert "訴え取下げ書" in papers.pdf_text(data)
    assert not papers.restore("withdrawal", tmp_path).is_changed
    assert (tmp_path / "withdrawal.txt.old").exists()


# ---------------------------------------------------------------------------------------- Word shells
def reshelled(**parts: str) -> bytes:
    """Our shell with parts added or changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(papers.plain_shell(Look.LETTER))) as old,
        zipfile.ZipFile(out, "w") as new,
    ):
        for member in old.infolist():
            text = old.read(member)
            if member.filename == "word/document.xml":
                text = text.replace(papers.BODY.encode(), parts.get("body", papers.BODY).encode())
            if member.filename == "word/_rels/document.xml.rels":
                text = text.replace(
                    b"</Relationships>", parts.get("rels", "").encode() + b"</Relationships>"
                )
            new.writestr(member.filename, text)
        if "macro" in parts:
            new.writestr("word/vbaProject.bin", b"x")
    return out.getvalue()


OUTWARD = (
    '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/attachedTemplate" Target="http://example.invalid/x.dotm" TargetMode="External"/>'
)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"macro": "1"}, "macro"),
        ({"rels": OUTWARD}, "External"),
        ({"body": "{{ ''.__class__ }}"}, "''"),
        ({"body": "{% for x in exhibits %}x{% endfor %}"}, "for"),
        ({"body": "{{ claim.totl }}"}, "claim.totl"),
    ],
)
def test_a_word_shell_is_looked_at_first(parts: dict[str, str], said: str) -> None:
    with pytest.raises(FaultyInput):
        papers.check_shell(reshelled(**parts), pleading.fields(papers.sample_content()))


def test_a_shell_without_a_place_for_the_text_is_told(
    tmp_path: Path, content: pleading.Content
) -> None:
    (tmp_path / papers.WORD_SHELL).write_bytes(reshelled(body="本文なし"))
    with pytest.raises(FaultyInput, match="has no place"):
        papers.make(PaperKind.COMPLAINT, content, Form.WORD, Desk(tmp_path))


def test_an_office_s_letterhead_is_used(tmp_path: Path, content: pleading.Content) -> None:
    xml = papers.BODY + "</w:t></w:r></w:p><w:p><w:r><w:t>{{ agent.name }} &amp; 事務所"
    (tmp_path / papers.WORD_SHELL).write_bytes(reshelled(body=xml))
    data = papers.make(PaperKind.REPAYMENT_DEMAND, content, Form.WORD, Desk(tmp_path)).data
    assert "見本次郎 & 事務所" in papers.word_text(data)


# ------------------------------------------------------------------------------------------ exhibits
def test_an_exhibit_bears_its_number_and_keeps_its_text(content: pleading.Content) -> None:
    original = typeset.render(papers.sheet_of(PaperKind.RECALCULATION, content))
    file = papers.exhibit_file(original, content.exhibits[0], content)
    assert file.name == "甲001_取引履歴.pdf"
    text = papers.pdf_text(file.data)
    assert "甲第1号証" in text.replace(" ", "")
    assert "引き直し計算書" in text
    assert papers.has_text(file.data)
    assert bookmarks(file.data) == ["甲第1号証"]
    assert file.data == papers.exhibit_file(original, content.exhibits[0], content).data


def test_a_photo_becomes_an_exhibit_on_a4(content: pleading.Content) -> None:
    from PIL import Image  # noqa: PLC0415

    out = io.BytesIO()
    Image.new("RGB", (800, 1200), "white").save(out, "JPEG")
    data = papers.exhibit_file(out.getvalue(), content.exhibits[0], content).data
    made = subprocess.run(["pdfinfo", "-"], input=data, capture_output=True, check=True)
    assert "595.276 x 841.89" in made.stdout.decode()


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4 broken", b"\xff\xd8\xffbroken", b"MZ"])
def test_what_is_no_document_is_no_exhibit(data: bytes, content: pleading.Content) -> None:
    with pytest.raises(FaultyInput, match="PDF"):
        papers.exhibit_file(data, content.exhibits[0], content)
