"""What is published: every figure names its page, and a bad file is refused with its line."""

from __future__ import annotations

import pytest

from motocho.law._reading import data_text
from motocho.law.published import FILE, Subject, Way, Who, everything, published, read_published
from motocho.law.tables import BadTable
from motocho.units.errors import NotFoundError


def test_every_figure_names_its_page_and_the_day_it_was_read() -> None:
    for each in everything():
        assert each.url.startswith("http")
        assert each.title
        assert each.says
        assert each.low is None or each.high is None or each.low <= each.high
        assert each.text_ja != ""
        assert each.text_en != ""


def test_the_seeds_figures_are_there() -> None:
    shares = {
        (each.way, each.who): (each.low, each.high)
        for each in published(Subject.RETURN_SHARE, lender_id="acom")
        if each.entry_id.startswith("acom_") and "office" not in each.entry_id
    }
    assert shares == {
        (Way.TALKS, Who.ALONE): (500_000, 500_000),
        (Way.TALKS, Who.REPRESENTED): (800_000, 800_000),
        (Way.SUIT, Who.ALONE): (500_000, 990_000),
        (Way.SUIT, Who.REPRESENTED): (900_000, 1_000_000),
    }
    (fee,) = published(Subject.FEE_SHARE)
    assert (fee.low, fee.high, fee.text_en) == (150_000, 400_000, "15%–40%")


def test_another_lenders_figures_are_not_shown() -> None:
    assert {each.lender_id for each in published(Subject.RETURN_SHARE, lender_id="aiful")} == {
        "aiful",
        None,
    }
    assert {each.lender_id for each in published(Subject.RETURN_SHARE)} == {None}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("_share, subject: return_share", "_share, subject: hearsay", "LAW-016"),
        ("read_on: 2026-11-22", "read_on: lately", "LAW-013"),
        ("low: null, high: 900_000", "low: null, high: null", "LAW-012"),
        ("id: acom_suit_alone_share", "id: acom_talks_alone_share", "LAW-028"),
        (", status: confirmed", "", "LAW-012"),
    ],
)
def test_bad_file_is_refused(old: str, new: str, code: str) -> None:
    text = data_text(FILE)
    assert old in text
    with pytest.raises(BadTable) as caught:
        read_published(text.replace(old, new, 1), FILE)
    assert caught.value.faults[0].code == code
    assert caught.value.faults[0].line is not None


def test_a_figure_of_an_unknown_lender_is_refused() -> None:
    with pytest.raises(NotFoundError):
        read_published(data_text(FILE).replace("lender: acom", "lender: nobody", 1), FILE)
