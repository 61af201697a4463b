"""Banks from which a payment can be made on the net."""

from __future__ import annotations

import pytest

from motocho.outside.net_banks import net_banks


def test_every_bank_of_the_list_is_known_by_name() -> None:
    assert len(net_banks()) == len({bank.code for bank in net_banks()}) > 20
    for bank in net_banks():
        assert bank.name
        assert bank.kana
    assert {bank.on_smartphones for bank in net_banks()} == {True, False}


@pytest.mark.parametrize("wanted", ["みずほ", "ﾐｽﾞﾎ", "mizuho", "MIZUHO", "0001", "ミズホ"])
def test_search_finds_a_bank_however_it_is_written(wanted: str) -> None:
    assert [bank.code for bank in net_banks() if bank.matches(wanted)] == ["0001"]
