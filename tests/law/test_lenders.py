"""Lenders: found by any name they bore, with what became of them and on what source."""

from __future__ import annotations

from datetime import date

import pytest

from motocho.law._reading import data_text
from motocho.law.lenders import (
    FILE,
    Business,
    Duty,
    Now,
    SuccessionKind,
    directory,
    find_lenders,
    lender_by_id,
    read_lenders,
)
from motocho.law.tables import BadTable, Standing
from motocho.units.errors import NotFoundError


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("アコム", ["acom"]),
        ("アコム株式会社", ["acom"]),
        ("ｱｺﾑ(株)", ["acom"]),
        ("プロミス", ["promise"]),
        ("SMBCコンシューマーファイナンス", ["promise"]),
        ("smbcコンシューマーファイナンス（株）", ["promise"]),
        ("三洋信販", ["sanyo_shinpan"]),
        ("ぷらっと", ["clavis"]),
        ("クオークローン", ["clavis"]),
        ("タンポート", ["clavis"]),
        ("ライフ", ["life", "sunlife"]),
        ("レイク", ["old_lake", "shinsei_financial"]),
        ("新生フィナンシャル", ["shinsei_financial"]),
        ("ディック", ["cfj", "dic"]),
        ("武富士", ["takefuji"]),
        ("TFK", ["takefuji"]),
        ("日本保証", ["nihon_hosho"]),
        ("DCキャッシュワン", ["dc_cashone"]),
        ("auじぶん銀行", ["jibun_bank"]),
        ("知らない会社", []),
        ("", []),
        ("株式会社", []),
    ],
)
def test_lender_is_found_by_any_name(name: str, ids: list[str]) -> None:
    assert sorted(lender.lender_id for lender in find_lenders(name)) == ids


@pytest.mark.parametrize(
    ("lender_id", "on", "name"),
    [
        ("promise", date(1970, 1, 1), "関西金融株式会社"),
        ("promise", date(2012, 6, 30), "プロミス株式会社"),
        ("promise", date(2012, 7, 1), "SMBCコンシューマーファイナンス株式会社"),
        ("clavis", date(2002, 3, 31), "リッチ株式会社"),
        ("clavis", date(2002, 4, 1), "株式会社ぷらっと"),
        ("clavis", date(2005, 6, 13), "株式会社クオークローン"),
        ("clavis", date(2007, 12, 1), "株式会社タンポート"),
        ("clavis", date(2009, 5, 1), "株式会社クラヴィス"),
        ("takefuji", date(2012, 2, 29), "株式会社武富士"),
        ("takefuji", date(2012, 3, 1), "TFK株式会社"),
        ("clavis", date(1970, 1, 1), "株式会社クラヴィス"),
    ],
)
def test_name_of_a_day(lender_id: str, on: date, name: str) -> None:
    assert lender_by_id(lender_id).name_on(on) == name


def test_published_year_or_month_stays_visible() -> None:
    acom = lender_by_id("acom").names[0]
    assert (acom.from_text, acom.from_on) == ("1978-10", date(1978, 10, 1))
    promise = lender_by_id("promise").names[1]
    assert (promise.from_text, promise.from_on) == ("1980", date(1980, 1, 1))


def test_switch_carries_the_duty_and_a_bare_assignment_does_not() -> None:
    found = {each.kind: each.duty for each in lender_by_id("clavis").successions}
    assert found == {
        SuccessionKind.CONTRACTS_SWITCHED: Duty.CARRIED,
        SuccessionKind.CLAIMS_TRANSFERRED: Duty.NOT_CARRIED,
    }


def test_every_succession_leads_to_a_known_lender_and_names_its_source() -> None:
    ids = [lender.lender_id for lender in directory()]
    assert len(ids) == len(set(ids))
    for lender in directory():
        assert lender.source
        assert lender.names
        for succession in lender.successions:
            assert succession.to in ids
            assert succession.to != lender.lender_id
            assert succession.source
            assert succession.standing is Standing.CONFIRMED or succession.note


def test_unknown_id_is_not_found() -> None:
    with pytest.raises(NotFoundError) as caught:
        lender_by_id("nobody")
    assert caught.value.faults[0].code == "LAW-044"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("to: aiful", "to: nobody", "LAW-016"),
        ("kind: brand", "kind: nickname", "LAW-016"),
        ("duty: carried", "duty: perhaps", "LAW-016"),
        ('from: "1980"', 'from: "80"', "LAW-013"),
        ("id: acom", "ids: acom", "LAW-011"),
    ],
)
def test_bad_directory_is_refused_with_its_line(old: str, new: str, code: str) -> None:
    text = data_text(FILE)
    assert old in text
    with pytest.raises(BadTable) as caught:
        read_lenders(text.replace(old, new, 1), FILE)
    assert caught.value.faults[0].code == code
    assert caught.value.faults[0].line is not None


def test_seed_lender_has_what_the_seed_says_and_what_is_newer() -> None:
    acom = lender_by_id("acom")
    assert acom.above_ceiling is not None
    assert acom.above_ceiling.until_on == date(2007, 6, 17)
    assert acom.above_ceiling.highest_ppm == 273_750
    assert [each.now for each in acom.addresses] == [Now.PAST, Now.PRESENT]
    assert acom.addresses[0].address == "東京都千代田区丸の内二丁目1番1号 明治安田生命ビル"
    assert acom.address is acom.addresses[1]
    assert [each.number for each in acom.registrations] == [
        "関東財務局長(12)第00022号",
        "関東財務局長(14)第00022号",
    ]
    assert {each.to for each in acom.guarantees} == {"jibun_bank", "mufg_bank"}


def test_what_was_published_of_a_lender_names_its_source() -> None:
    for lender in directory():
        told = [(each.source, each.standing, each.note) for each in lender.addresses]
        told += [(each.source, each.standing, each.note) for each in lender.registrations]
        told += [(each.source, each.standing, each.note) for each in lender.guarantees]
        if lender.above_ceiling is not None:
            above = lender.above_ceiling
            told.append((above.source, above.standing, above.note))
        if lender.discharged is not None:
            told.append((lender.discharged.source, lender.discharged.standing, ""))
        for source, standing, note in told:
            assert source.startswith("http")
            assert standing is Standing.CONFIRMED or note
        if lender.business is Business.BANK:
            assert lender.above_ceiling is None
        seen = [each.seen_on for each in lender.addresses]
        assert seen == sorted(seen)


def test_a_guarantee_of_an_unknown_bank_is_refused() -> None:
    with pytest.raises(BadTable) as caught:
        read_lenders(data_text(FILE).replace("to: jibun_bank, product", "to: none, product"), FILE)
    assert caught.value.faults[0].code == "LAW-016"


@pytest.mark.parametrize(
    ("name", "ids"),
    [("セゾンカード", ["saison"]), ("エムワンカード", ["zero_first"]), ("バンクイック", ["mufg_bank"]),
     ("三菱東京UFJ銀行", ["mufg_bank"]), ("OMCカード", ["cedyna"]), ("日本信販", ["nicos"])],
)  # fmt: skip
def test_cards_and_banks_are_found(name: str, ids: list[str]) -> None:
    assert [lender.lender_id for lender in find_lenders(name)] == ids
