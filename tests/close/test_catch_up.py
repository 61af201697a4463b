"""Missed nights are made up for one by one: the book is as if each had run in its time."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from tests.close.book import Lender, everything
from tests.close.lives import BEGINS, busy_book
from tests.database import fresh_database
from tests.loans.desk import days


def closed_in_parts(folder: Path, ends: list[int]) -> object:
    """The book after nights that end so many days after the first, one run each."""
    folder.mkdir()
    with fresh_database():
        lender, _ = busy_book(folder, count=12)
        for end in ends:
            lender.close(BEGINS + days(end))
        return everything()


@pytest.mark.parametrize("nights", [1, 7, 30])
def test_caught_up_nights_leave_the_book_of_daily_ones(tmp_path: Path, nights: int) -> None:
    daily = closed_in_parts(tmp_path / "daily", list(range(nights)))
    at_once = closed_in_parts(tmp_path / "at once", [nights - 1])
    assert daily == at_once


def test_where_the_runs_are_split_does_not_matter(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    expected = closed_in_parts(tmp_path / "whole", [19])
    for number in range(2):
        ends = sorted({*chance.choices(range(20), k=5), 19})
        assert closed_in_parts(tmp_path / str(number), ends) == expected, ends


def test_chunks_do_not_matter(tmp_path: Path) -> None:
    """One agreement a transaction or all in one: the same book."""
    books = []
    for chunk in (1, 500):
        (tmp_path / str(chunk)).mkdir()
        with fresh_database():
            lender, _ = busy_book(tmp_path / str(chunk), count=12)
            with_chunk(lender, chunk).close(BEGINS + days(3))
            books.append(everything())
    assert books[0] == books[1]


def with_chunk(lender: Lender, chunk: int) -> Lender:
    lender.night = replace(lender.night, chunk=chunk)
    return lender
