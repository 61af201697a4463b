"""Reasons as data: what their scripts may say, to whom, and what notes may hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib.resources import files

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.loans.desk import CARD

from motocho.care.reasons import catalogue, notes, offering, scripts
from motocho.care.reasons.catalogue import (
    HEARD_BY_ANYBODY,
    Effect,
    Part,
    Reason,
    placeholders,
    read,
    shipped,
)
from motocho.care.reasons.scripts import Late, Persons, Proposed, spoken_day, spoken_yen
from motocho.contact.calls import Result
from motocho.contact.directory import shipped as directory
from motocho.contact.guard import HoldKind, Purpose
from motocho.contact.wording import faults_of_wording, refuse_demand
from motocho.loans.commands import Key
from motocho.loans.monitoring import Burden, Income
from motocho.loans.policy import Status, Stop
from motocho.loans.queries import Conduct
from motocho.units.errors import FaultyInput
from motocho.units.text import holds_my_number

TEXT = (files("motocho.care") / "data" / catalogue.FILE).read_text(encoding="utf-8")
ON = date(2026, 11, 18)
SEED_OFFER = "ご希望の場合は、審査なしですぐに増額できますが、いかがでしょうか?"
"""What an offer must not say: from `seeds/000_calls.txt`."""


def changed(old: str, new: str) -> list[str]:
    assert old in TEXT
    with pytest.raises(FaultyInput) as caught:
        read(TEXT.replace(old, new, 1), "changed.yaml")
    return [one.code for one in caught.value.faults]


# --------------------------------------------------------------------------------------- the data
def test_every_reason_of_the_seed_is_there_with_script_questions_and_endings() -> None:
    known = shipped()
    assert set(known.cards) == set(Reason)
    for card in known.cards.values():
        if card.reason is Reason.INBOUND:  # who calls us is there
            assert {Part.THIRD, Part.VOICEMAIL}.isdisjoint(card.parts)
            continue
        assert {Part.OPENING, Part.THIRD, Part.VOICEMAIL} <= card.parts.keys()
        assert (Part.MAIN in card.parts) is (card.reason is not Reason.EMPLOYMENT)
        assert bool(card.questions) is (card.reason is not Reason.EMPLOYMENT)
        assert len(card.keys) == len(card.endings) <= catalogue.MOST_KEYS + 2
        assert {one.result for one in card.endings} >= {Result.NO_ANSWER, Result.NOT_CALLED}
        assert known.of(card.reason).desk in {one.desk_id for one in directory().desks}


def test_keys_choose_what_their_names_choose() -> None:
    for card in shipped().cards.values():
        for key, ending in card.keys.items():
            assert card.ending_of(key) is card.ending_of(ending.ending_id) is ending
        assert card.ending_of("10") is None


@pytest.mark.rule("COLL-018")
def test_only_a_call_about_arrears_brings_a_promise() -> None:
    """A call for papers cannot turn into a collection, nor an offer come out of it."""
    for card in shipped().cards.values():
        brings = {effect for one in card.endings for effect in one.effects}
        is_theirs = card.reason is Reason.INBOUND  # who calls us may promise of themselves
        assert (Effect.PROMISE in brings) is (card.purpose is Purpose.ARREARS or is_theirs)
        offers = {one.ending_id for one in card.endings} & {"interested", "not_now"}
        assert bool(offers) is card.is_offer


def test_every_effect_and_every_ending_is_used() -> None:
    used = {one.ending_id: one for card in shipped().cards.values() for one in card.endings}
    assert {effect for one in used.values() for effect in one.effects} == set(Effect)
    assert {one["id"] for one in yaml.safe_load(TEXT)["endings"]} == set(used)


# ---------------------------------------------------------------------------------------- wording
@pytest.mark.rule("ADV-005")
def test_no_script_has_unlawful_wording_and_the_seeds_own_is_refused() -> None:
    for card in shipped().cards.values():
        for text in card.parts.values():
            assert faults_of_wording(text) == ()
    assert "DIR-020" in changed("ご案内ですので、ご不要でしたら", f"{SEED_OFFER}ご不要でしたら")


@pytest.mark.rule("ADV-004")
def test_offers_state_every_item_of_the_terms() -> None:
    for reason in (Reason.INCREASE, Reason.WIN_BACK):
        main = shipped().of(reason).parts[Part.MAIN]
        assert placeholders(main) >= catalogue.REQUIRED_OF_OFFERS
    for lacking in (
        "、登録番号{registration}",
        "実質年率{rate}、遅れた",
        "お申込みには審査があります。",
    ):
        assert "RSN-006" in changed(lacking, "")


@pytest.mark.rule("COLL-007")
@pytest.mark.parametrize(
    "text", ["ご家族やカードで借りてください", "他社から借りてお支払いを", "消費者金融で借りれば"]
)
def test_nobody_is_told_to_borrow_elsewhere(text: str) -> None:
    assert "COLL-007" in [one.rule_id for one in refuse_demand(text)]
    assert "DIR-022" in changed("何かお困りのことはありませんか。", f"{text}。")


@pytest.mark.rule("COLL-008")
@pytest.mark.parametrize("text", ["お母さまが払ってください", "ご家族に立て替えてもらえませんか"])
def test_nobody_else_is_asked_to_pay(text: str) -> None:
    assert "COLL-008" in [one.rule_id for one in refuse_demand(text)]
    assert refuse_demand("ご家族にはお支払いの義務がありません") == ()


@pytest.mark.rule("COLL-011")
@pytest.mark.parametrize("text", ["明日会社に行きます", "お勤め先に電話します", "毎日お電話します"])
def test_no_unlawful_act_is_announced(text: str) -> None:
    assert [one.rule_id for one in refuse_demand(text)] == ["COLL-011"]


@pytest.mark.rule("COLL-007")
@pytest.mark.rule("COLL-011")
@pytest.mark.parametrize("text", [
    "お支払可能な日と金額を教えてください", "法的手続きの検討に入ります", "お勤め先にはお電話しません",
])  # fmt: skip
def test_plain_words_pass(text: str) -> None:
    assert refuse_demand(text) == ()


@pytest.mark.rule("COLL-006")
@pytest.mark.rule("DESK-003")
@pytest.mark.parametrize(
    "words", ["{lender}です。", "返済の件です。", "カードのご案内です。", "在籍の審査です。"]
)
def test_what_anybody_hears_names_persons_alone(words: str) -> None:
    for card in shipped().cards.values():
        for part in HEARD_BY_ANYBODY & card.parts.keys():
            assert placeholders(card.parts[part]) <= {"caller", "member"}
    for first in ("お忙しいところ失礼します。\n", "そうですか。ありがとうございます。\n"):
        assert "RSN-005" in changed(first, f"{first}{' ' * 6}{words}\n")


@pytest.mark.parametrize(("old", "new", "code"), [
    ("stage: before", "stage: soon", "RSN-001"),
    ("purpose: arrears", "purpose: chat", "RSN-001"),
    ("endings: [matched,", "endings: [friendly,", "RSN-001"),
    ("endings: [matched,", "endings: [matched, counsel, done,", "RSN-002"),
    ("{due_on}のお支払い", "{secret}のお支払い", "RSN-003"),
    ("  - id: win_back", "  - id: win_again", "RSN-001"),
    ("確認は以上です。", "確認終了。", "RSN-004"),
])  # fmt: skip
def test_faulty_reasons_are_named(old: str, new: str, code: str) -> None:
    assert code in changed(old, new)


# ---------------------------------------------------------------------------------------- filling
@given(st.sampled_from([10_000 * step for step in range(1, 801)]))
def test_every_script_is_filled_for_every_limit(limit_yen: int) -> None:
    persons, late = Persons("佐々木", "佐藤"), Late(ON, 12_345)
    for card in shipped().cards.values():
        values = scripts.persons_said(persons) | scripts.house_said(card, directory(), ON)
        values |= scripts.terms_said(Proposed(CARD, limit_yen), ON) | scripts.late_said(late)
        for part in card.parts:
            said = scripts.said(card, part, values)
            assert "{" not in said.text + "".join(one.ja for one in said.questions)
            assert faults_of_wording(said.text) == ()
    told = scripts.terms_said(Proposed(CARD, limit_yen), ON)
    assert told["rate"] == ("15.0%" if limit_yen >= 1_000_000 else "18.0%")
    assert int(told["payments"]) > 1


def test_before_identity_nothing_of_the_house_or_the_loan_is_filled_in() -> None:
    for card in shipped().cards.values():
        said = scripts.before_identity(card, Persons("佐々木", "佐藤"))
        assert {one.part for one in said} <= HEARD_BY_ANYBODY
        assert not any(one.questions for one in said)


@pytest.mark.parametrize(("amount_yen", "text"), [
    (8, "8円"), (20_539, "2万539円"), (800_000, "80万円"), (1_000_001, "100万1円"), (23_000, "2万3000円"),
])  # fmt: skip
def test_amounts_are_said_as_people_say_them(amount_yen: int, text: str) -> None:
    assert spoken_yen(amount_yen) == text


def test_days_have_their_weekday() -> None:
    assert spoken_day(date(2028, 2, 29)) == "2月29日火曜日"


# ------------------------------------------------------------------------------- who may be offered
GOOD = Conduct(
    key=Key(1, 1),
    on=ON,
    opened_on=date(2025, 1, 5),
    status=Status.OPEN,
    stops=frozenset(),
    limit_yen=500_000,
    largest_limit_yen=8_000_000,
    unit_yen=1_000,
    is_late=False,
    last_late_on=None,
    burden=Burden(own_limits_yen=500_000, others_yen=0),
    is_bureau_known=True,
    income=None,
)


@pytest.mark.rule("SOLI-006")
@given(
    st.integers(0, 50_000_000),
    st.sampled_from(["known", "unknown"]),
    st.sets(st.sampled_from(sorted(offering.BY_A_BUREAU, key=lambda one: one.value))),
    st.sampled_from([500_000, 600_000, 800_000, 9_000_000]),
)
def test_what_a_bureau_told_changes_no_offer(
    others_yen: int, known: str, stops: set[Stop], limit_yen: int
) -> None:
    burden = replace(GOOD.burden, others_yen=others_yen)
    told = replace(GOOD, burden=burden, is_bureau_known=known == "known", stops=frozenset(stops))
    assert offering.against(told, limit_yen) == offering.against(GOOD, limit_yen)


@pytest.mark.rule("LEND-023")
@pytest.mark.parametrize(("known", "limit_yen", "codes"), [
    (GOOD, 800_000, []),
    (replace(GOOD, opened_on=date(2026, 5, 18)), 800_000, []),
    (replace(GOOD, opened_on=date(2026, 5, 19)), 800_000, ["SCR-002"]),
    (replace(GOOD, is_late=True), 800_000, ["SCR-003"]),
    (replace(GOOD, last_late_on=date(2026, 5, 17)), 800_000, []),
    (replace(GOOD, last_late_on=date(2026, 5, 18)), 800_000, ["SCR-004"]),
    (replace(GOOD, status=Status.CLOSED), 800_000, ["SCR-001"]),
    (replace(GOOD, stops=frozenset({Stop.RESTING})), 800_000, ["RSN-020"]),
    (GOOD, 500_000, ["SCR-013"]),
    (GOOD, 800_500, ["SCR-013"]),
    (replace(GOOD, income=Income(ON, 2_400_000)), 800_000, []),
    (replace(GOOD, income=Income(ON, 2_399_999)), 800_000, ["SCR-014"]),
    (replace(GOOD, income=Income(date(2022, 1, 1), 2_399_999)), 800_000, []),
])  # fmt: skip
def test_who_may_be_offered_a_limit(known: Conduct, limit_yen: int, codes: list[str]) -> None:
    assert [one.code for one in offering.against(known, limit_yen)] == codes


# ------------------------------------------------------------------------------------------ notes
MY_NUMBER = "123456789018"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
WIDTHS = st.sampled_from([{}, WIDE])
PLAIN = st.text(st.sampled_from("電話で話した。来月支払うとのこと、給料日は二十五日"), max_size=40)


@pytest.mark.rule("PRIV-001")
@given(PLAIN, PLAIN, st.sampled_from(["", " ", "-"]), WIDTHS)
def test_my_number_is_found_in_any_spelling(
    before: str, behind: str, between: str, width: dict[int, int]
) -> None:
    assert holds_my_number(MY_NUMBER)
    written = between.join((MY_NUMBER[:4], MY_NUMBER[4:8], MY_NUMBER[8:]))
    written = written.translate(width)
    assert "RSN-012" in [one.code for one in notes.scanned(f"{before}{written}{behind}")]


@given(
    st.integers(0, 9_999).map(lambda number: f"{number:04d}"),
    st.sampled_from(
        ["暗証番号は", "暗証番号「", "PINは", "ピン ", "暗証番号が変わって", "password: "]
    ),
    st.sampled_from(["", "-", "・"]),
    WIDTHS,
)
def test_pin_is_found_in_any_spelling(
    pin: str, word: str, between: str, width: dict[int, int]
) -> None:
    written = between.join(pin)
    written = written.translate(width)
    assert "RSN-011" in [one.code for one in notes.scanned(f"本人。{word}{written}とのこと")]
    assert "RSN-011" in [one.code for one in notes.scanned(f"{written}が暗証番号とのこと")]


@pytest.mark.rule("PRIV-002")
@pytest.mark.parametrize("note", [
    "うつ病との家族の話", "入院中とのこと", "がんの治療中", "肺ガンで通院", "認知症の母の介護", "本籍は東京",
    "宗教の行事で不在", "労働組合の集まり", "前科があるらしい", "妊娠して休職", "HIV陽性", "うつ 状態", "手 術のため",
    "in hospital until May",
])  # fmt: skip
def test_words_on_health_origin_faith_and_crime_are_refused(note: str) -> None:
    assert {one.code for one in notes.scanned(note)} == {"RSN-014"}


@pytest.mark.rule("PRIV-002")
@pytest.mark.parametrize("note", [
    "来月がんばって支払うとのこと", "引越し先にうつるとのこと", "もうつかれたとのこと", "スローガンの話", "住所を書きうつした",
    "25日に10,000円、28日に5,000円", "暗証番号を忘れたため、再設定を案内した", "2026-12-05 14:00に折り返し",
    "会員番号10000001", "03-0000-0102を案内", "連絡保留。期間は12月末まで", "電話番号の下4けたは2222",
    "090-1111-2222に変わったとのこと",
])  # fmt: skip
def test_ordinary_notes_pass(note: str) -> None:
    assert notes.scanned(note) == ()


def test_modules_pass_the_scanner_and_open_in_any_width() -> None:
    modules = shipped().modules
    for name, words in modules.items():
        assert notes.scanned(words) == ()
        assert faults_of_wording(words) == ()
        assert notes.expanded(f"：：{name} のち", modules) == f"{words} のち"
        assert notes.expanded(f"::{name}", modules) == words


def test_card_numbers_and_long_notes_are_refused() -> None:
    assert "RSN-013" in [one.code for one in notes.scanned("4111 1111 1111 1111")]
    assert notes.scanned("あ" * notes.LONGEST_NOTE) == ()
    assert [one.code for one in notes.scanned("あ" * (notes.LONGEST_NOTE + 1))] == ["RSN-010"]


@pytest.mark.rule("SOLI-002")
@pytest.mark.parametrize(("said", "kind"), [
    ("ありがとうございます。でも、今のところ増額の必要はありません。", HoldKind.NOT_NOW),
    ("今のところ必要ありません", HoldKind.NOT_NOW),
    ("今はいらない。", HoldKind.NOT_NOW),
    ("当面は不要である。", HoldKind.NOT_NOW),
    ("営業の電話は不要です", HoldKind.NOT_NOW),
    ("いまは けっこうです", HoldKind.NOT_NOW),
    ("しばらく考えていません", HoldKind.NOT_NOW),
    ("増額はやめてください", HoldKind.NOT_NOW),
    ("今後一切の連絡をしないで", HoldKind.NEVER),
    ("二度とかけてこないで", HoldKind.NEVER),
    ("今のところ必要ございません", HoldKind.NOT_NOW),
    ("今のところ、必要がありません", HoldKind.NOT_NOW),
    ("今のところ必要としていません", HoldKind.NOT_NOW),
    ("いまは必要性を感じません", HoldKind.NOT_NOW),
    ("今は必要性は感じておりません", HoldKind.NOT_NOW),
    ("今のところ間に合っています", HoldKind.NOT_NOW),
    ("今回は見送ります", HoldKind.NOT_NOW),
    ("必要になったらこちらから連絡します", HoldKind.NOT_NOW),
    ("電話してこないでください", HoldKind.NOT_NOW),
    ("I'm not interested, thank you.", HoldKind.NOT_NOW),
    ("もう電話しないでください", HoldKind.NEVER),
    ("もうかけてこないで", HoldKind.NEVER),
    ("Please don't call me again", HoldKind.NEVER),
    ("間に合ってます", HoldKind.UNCLEAR),
    ("必要ございません", HoldKind.UNCLEAR),
    ("興味がありません", HoldKind.UNCLEAR),
    ("やめてください", HoldKind.UNCLEAR),
    ("今ちょうどお金が必要なので、申し込みます", None),
    ("今すぐ必要があります", None),
    ("結構です", HoldKind.UNCLEAR),
    ("お断りします", HoldKind.UNCLEAR),
    ("お願いします", None),
    ("はい、ありがとうございます。", None),
    ("今すぐ申し込みたいです", None),
    ("", None),
])  # fmt: skip
def test_refusals_are_heard_in_the_members_own_words(said: str, kind: HoldKind | None) -> None:
    assert notes.refusal_in(said) is kind
    assert notes.refusal_in("　".join(said)) is kind


@given(st.lists(st.sampled_from([None, *notes.STRENGTH]), max_size=5))
def test_the_strongest_refusal_stands(kinds: list[HoldKind | None]) -> None:
    found = notes.stronger(*kinds)
    assert found is None if not any(kinds) else found in kinds
    for one in kinds:
        if one is not None and found is not None:
            assert notes.STRENGTH.index(found) >= notes.STRENGTH.index(one)
