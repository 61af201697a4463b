"""Post: certified mail by tariff, against the published totals of each day."""

from __future__ import annotations

from datetime import date

import pytest

from motocho.law.post import (
    CertifiedLetter,
    DeliveryProof,
    Part,
    check_postage,
    content_certified,
    content_certified_yen,
)
from motocho.units.errors import InputError, Language, LawGap

TODAY = date(2026, 11, 21)

# One sheet with proof of delivery: all-support.biz, the article on claiming from ACOM with the
# letter of haradatakuya.net, plala.or.jp/daikou, yuuwakushinpou.com, smbiz.asahi.com.
PUBLISHED = [
    (date(2009, 4, 1), 1_220),
    (date(2014, 3, 31), 1_220),
    (date(2014, 4, 1), 1_252),
    (date(2019, 9, 30), 1_252),
    (date(2019, 10, 1), 1_279),
    (date(2023, 9, 30), 1_279),
    (date(2023, 10, 1), 1_394),
    (date(2024, 9, 30), 1_394),
    (date(2024, 10, 1), 1_420),
    (TODAY, 1_420),
]


@pytest.mark.rule("OVER-007")
@pytest.mark.parametrize(("on", "total_yen"), PUBLISHED)
def test_one_sheet_with_proof_costs_the_published_total(on: date, total_yen: int) -> None:
    assert content_certified_yen(on, sheets=1) == total_yen
    assert check_postage(total_yen, on, CertifiedLetter(1)) is None


@pytest.mark.parametrize(
    ("on", "sheets", "proof", "total_yen"),
    [
        (
            date(2010, 1, 1),
            5,
            DeliveryProof.NONE,
            1_920,
        ),  # jibunde.net has 1,930 with a 90 yen letter
        (date(2010, 1, 1), 2, DeliveryProof.AT_POSTING, 1_470),
        (date(2010, 1, 1), 1, DeliveryProof.LATER, 1_340),
        (date(2020, 1, 1), 1, DeliveryProof.NONE, 959),
        (date(2020, 1, 1), 3, DeliveryProof.AT_POSTING, 1_799),
        (TODAY, 3, DeliveryProof.AT_POSTING, 2_000),
        (TODAY, 1, DeliveryProof.LATER, 1_550),
    ],
)
def test_sheets_and_proof_add_up(
    on: date, sheets: int, proof: DeliveryProof, total_yen: int
) -> None:
    assert content_certified_yen(on, sheets, proof) == total_yen


def test_parts_are_given_in_the_order_of_the_counter() -> None:
    postage = content_certified(TODAY, CertifiedLetter(2))
    assert postage.parts == (
        (Part.LETTER, 110),
        (Part.REGISTERED, 480),
        (Part.CERTIFICATION, 770),
        (Part.DELIVERY_PROOF, 350),
    )
    assert postage.total_yen == 1_710
    assert [part.name_ja for part, _ in postage.parts] == [
        "基本料金", "一般書留", "内容証明", "配達証明",
    ]  # fmt: skip
    assert "郵便法48条" in [cited.text(Language.JA) for cited in postage.citations]


@pytest.mark.parametrize(
    ("on", "sheets", "recipients", "certification_yen"),
    [
        (date(2019, 10, 1), 1, 2, 660),
        (date(2014, 4, 1), 1, 2, 645),
        (date(2009, 4, 1), 2, 2, 1_005),
        (TODAY, 2, 3, 1_540),
    ],
)
def test_further_recipients_of_one_text_pay_half_the_certification(
    on: date, sheets: int, recipients: int, certification_yen: int
) -> None:
    one = dict(content_certified(on, CertifiedLetter(sheets)).parts)
    all_of_them = dict(content_certified(on, CertifiedLetter(sheets, recipients=recipients)).parts)
    assert all_of_them[Part.CERTIFICATION] == certification_yen
    for part in (Part.LETTER, Part.REGISTERED, Part.DELIVERY_PROOF):
        assert all_of_them[part] == one[part] * recipients


def test_second_recipient_costs_the_published_1059() -> None:
    both = content_certified(date(2020, 1, 1), CertifiedLetter(1, recipients=2)).total_yen
    assert both - content_certified_yen(date(2020, 1, 1), sheets=1) == 1_059


@pytest.mark.rule("OVER-007")
@pytest.mark.parametrize(
    ("stated_yen", "on"),
    [
        (1_252, TODAY),  # 430 in 2026
        (1_394, date(2023, 9, 30)),  # 480 a day too early
        (1_394, date(2024, 10, 1)),
        (1_420, date(2024, 9, 30)),
    ],
)
def test_postage_of_another_day_is_refused(stated_yen: int, on: date) -> None:
    refusal = check_postage(stated_yen, on, CertifiedLetter(1))
    assert refusal is not None
    assert refusal.rule_id == "OVER-007"
    assert str(content_certified_yen(on, 1)) in refusal.what(Language.JA)
    assert on.isoformat() in refusal.what(Language.EN)


def test_tariff_of_today_is_named_as_unverified() -> None:
    named = content_certified(TODAY, CertifiedLetter(1)).unverified
    assert [each.table_id for each in named] == ["post.certified_mail"]
    assert content_certified(date(2024, 9, 30), CertifiedLetter(1)).unverified == ()


def test_price_that_was_not_read_is_a_gap() -> None:
    with pytest.raises(LawGap):
        content_certified_yen(date(2014, 4, 1), 1, DeliveryProof.LATER)
    with pytest.raises(LawGap):
        content_certified_yen(date(2009, 3, 31), 1)


@pytest.mark.parametrize("letter", [CertifiedLetter(0), CertifiedLetter(1, recipients=0)])
def test_nothing_to_post_is_refused(letter: CertifiedLetter) -> None:
    with pytest.raises(InputError):
        content_certified(TODAY, letter)
