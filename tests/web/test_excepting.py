"""Exclusions, exceptions and scores at the desk; evidence of open lines; limits cut and put back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import rows
from tests.screening.applications.office import SLIP
from tests.web.office import seated
from tests.web.screened import Screened, page_of
from tests.web.test_screening_desk import _document, main, text

from motocho.documents.intake import Purpose
from motocho.loans.commands import Ask, Key, watches
from motocho.loans.commands.watches import Ended, Ending
from motocho.loans.policy import Stop
from motocho.outside import score
from motocho.people.access import Role
from motocho.screening import applications
from motocho.screening.applications import claims
from motocho.screening.applications.claims import Kind
from motocho.screening.capacity import Debt, Exposure
from motocho.units.errors import StateConflict
from motocho.web.desk.screening import _claims


@pytest.fixture
def desk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Screened:
    monkeypatch.setenv(score.VARIABLE, str(tmp_path / "score"))
    return Screened.on_its_clock(tmp_path, database, monkeypatch)


DEBTS = "山川金融, はい, 30万, 18%, 10,000, 36万\n海山銀行、いいえ、500,000、14.5%、12,000、60万"
REFINANCE = {"debts": DEBTS, "rate_ppm": "14%", "monthly_yen": "2万", "total_yen": "90万",
             "other_costs_yen": "0", "principal_parts_yen": "20,000 × 40",
             "takes_new_collateral": "no"}  # fmt: skip


# ----------------------------------------------------------------------------------------- claims
@pytest.mark.rule("LEND-010")
@pytest.mark.rule("LEND-011")
def test_a_claim_is_entered_beside_its_picture_shown_and_taken_back(desk: Screened) -> None:
    key, client = desk.office.submit().key, desk.rie.client
    ref = _document(desk, key.member_id, Purpose.OTHER)
    place = page_of(key, "claims/")
    assert f"{place}" in main(client.get(page_of(key)))
    page = main(client.get(f"{place}?kind=spouse&document={ref}"))
    assert f"/desk/documents/{ref}/1/" in page
    form = {"do": "enter", "consents": "yes", "income_yen": "300万", "own_yen": "x",
            "paper_spouse_consent": ref}  # fmt: skip
    wrong = client.post(f"{place}?kind=spouse&document={ref}", form)
    assert wrong.status_code == 422
    assert wrong.content.decode().count('id="summary"') == 1
    assert 'href="#own_yen"' in text(wrong)
    assert 'value="300万"' in text(wrong)
    half = client.post(f"{place}?kind=spouse", form | {"own_yen": "0"})
    assert 'href="#own_third_yen"' in text(half)
    foreign = client.post(f"{place}?kind=spouse", form | {"paper_relation_certificate": "other"})
    assert 'href="#paper_relation_certificate"' in text(foreign)
    assert do(claims.listed, key) == []
    whole = form | {"own_yen": "0", "own_third_yen": "0", "others_yen": "20万"}
    assert client.post(f"{place}?kind=spouse", whole).status_code == 302
    special = do(claims.gathered, key).special
    assert special is not None
    found = special.spouse
    assert found is not None
    assert (found.consents, found.income_yen, found.papers) == (
        True,
        3_000_000,
        ("spouse_consent",),
    )
    assert found.lent == Exposure(0, 0, 200_000, None)
    page = main(client.get(place))
    for shown in ("配偶者との合算", "3,000,000円", "200,000円", "配偶者の同意書"):
        assert shown in page
    assert client.post(place, {"do": "take_back", "kind": "spouse"}).status_code == 302
    assert do(claims.gathered, key).special is None
    assert "取消し" in main(client.get(place))
    assert [one.counts for one in do(claims.listed, key)] == [True, False]
    # who entered one approves nothing of it
    assert {one.staff_id for one in do(claims.listed, key)} == {desk.rie.staff_id}
    assert client.post(place, {"do": "take_back", "kind": "x"}).status_code == 422
    assert client.post(f"{place}?kind=x", {"do": "enter"}).status_code == 422


def test_every_kind_has_its_form_and_makes_its_record(desk: Screened) -> None:
    key, client = desk.office.submit().key, desk.rie.client
    ref = _document(desk, key.member_id, Purpose.OTHER)
    words = {"kind": "car", "cost": "abroad", "seen": "plans"} | REFINANCE
    for kind in Kind:
        form = {"do": "enter"}
        for name in _claims.ASKED[kind]:
            usual = "2026/11/1" if name.endswith("_on") else "10" if "_yen" in name else "yes"
            form[name] = words.get(name, usual)
        form |= {"kind": "term"} if kind is Kind.BRIDGE else {}
        form |= {"months_paid": "3"} if kind is Kind.SPOUSE_EMPLOYMENT else {}
        form |= {"relief_noto_2024": "yes"} if kind is Kind.RELIEFS else {}
        proofs = _claims.papers_of(kind, desk.office.on)
        form |= {f"paper_{name}": ref for name in proofs}
        place = page_of(key, f"claims/?kind={kind.value}")
        sent = client.post(place, form)
        assert sent.status_code == 302, (kind, text(sent))
        (newest, *_) = do(claims.listed, key)
        assert (newest.kind, set(newest.papers)) == (kind, set(proofs))
        again = client.get(place)
        assert again.status_code == 200
    found = do(claims.gathered, key)
    assert found.special is not None
    assert found.special.reliefs == ("noto_2024",)
    loan = found.special.stepwise_refinance
    assert loan is not None
    assert loan.debts == (
        Debt("山川金融", is_money_lender=True, balance_yen=300_000, rate_ppm=180_000,
             monthly_yen=10_000, total_yen=360_000),
        Debt("海山銀行", is_money_lender=False, balance_yen=500_000, rate_ppm=145_000,
             monthly_yen=12_000, total_yen=600_000),
    )  # fmt: skip
    assert (loan.rate_ppm, loan.principal_parts_yen) == (140_000, (20_000,) * 40)
    assert (loan.takes_new_collateral, loan.collateral_is_worse) == (False, True)
    page = main(client.get(page_of(key, "claims/")))
    for shown in ("山川金融(貸金業者: はい) 残高300,000円・年利18.0%・毎月10,000円・残り総額360,000円",
                  "20,000円 × 40", "能登半島地震(2024)の特例", "2026/11/01", "銀行の貸付けが確実か"):  # fmt: skip
        assert shown in page
    assert found.spouse_employment is not None
    assert found.spouse_employment.months_paid == 3
    place = page_of(key, "claims/?kind=stepwise_refinance")
    for debts, wanted in (("山川金融, はい, 30万", "1行目"), (f"{DEBTS}\nx,y,1,2,3,4", "3行目")):
        wrong = text(client.post(place, {"do": "enter"} | REFINANCE | {"debts": debts}))
        assert 'href="#debts"' in wrong
        assert wanted in wrong
    parts = {"do": "enter"} | REFINANCE | {"principal_parts_yen": "1万\n毎月"}
    assert 'href="#principal_parts_yen"' in text(client.post(place, parts))


def test_scores_are_asked_for_once_and_shown_with_their_factors(
    desk: Screened, tmp_path: Path
) -> None:
    key, client = desk.office.submit().key, desk.rie.client
    place = page_of(key, "claims/")
    assert "評点は届いていません" in main(client.get(place))
    for _ in range(2):
        assert client.post(place, {"do": "scores"}).status_code == 302
    assert rows("SELECT count(*) FROM screening_score_asked") == [(1,)]
    ref = f"S{key.member_id}-{key.application_id}"
    line = f'{{"ref": "{ref}", "model": "m1", "points": 450, "factors": [{{"name": "years", "points": 450}}]}}\n'
    inbox = tmp_path / "score" / "in"
    inbox.mkdir(exist_ok=True)
    (inbox / "s1.jsonl").write_text(line)
    assert client.post(place, {"do": "scores"}).status_code == 302
    page = main(client.get(place))
    assert "450" in page
    assert "years" in page


# ------------------------------------------------------------------------------------- open lines
@pytest.fixture
def opened(desk: Screened) -> Key:
    desk.office.consent()
    key: Key = desk.office.counter.desk.open(
        desk.office.on, 500_000, member_id=desk.office.member_id
    )
    desk.office.counter.later(days=40)
    return key


@pytest.mark.rule("LEND-012")
def test_evidence_of_an_open_line_is_read_beside_its_picture(desk: Screened, opened: Key) -> None:
    client, member_id = desk.rie.client, opened.member_id
    ref = _document(desk, member_id)
    place = f"/desk/members/{member_id}/income/"
    assert place in main(client.get(f"/desk/members/{member_id}/watch/"))
    asked = f"{place}?document={ref}&kind=withholding_slip"
    page = main(client.get(asked))
    assert f"/desk/documents/{ref}/1/" in page
    assert f">収入 {desk.office.on:%Y/%m/%d} {ref[:8]}<" in page  # what it is, first
    assert 'name="whose"' not in page
    assert "給与の書面では必ず選ぶ" in page  # though the box may stay empty for other incomes
    form = {"income": "salary", "stream": "山川商店", "year": "2025", "annual": "x",
            "issued_on": "2026/1/20"}  # fmt: skip
    wrong = client.post(asked, form)
    assert wrong.status_code == 422
    assert 'href="#annual"' in text(wrong)
    before = rows("SELECT count(*) FROM loan_income_evidence")
    assert client.post(f"{place}?document=x&kind=withholding_slip", form).status_code == 422
    unknown = client.post(asked, form | {"annual": "600万"})
    assert 'href="#employer_asked"' in text(unknown)  # whether the employer changed
    form |= {"employer_asked": "yes"}
    sent = client.post(asked, form | {"annual": "600万"})
    assert sent["Location"] == f"{place}?done=income"
    ((after,),) = rows("SELECT count(*) FROM loan_income_evidence")
    assert after == before[0][0] + 1
    assert "収入を記録しました" in main(client.get(sent["Location"]))
    old = form | {"annual": "600万", "year": "2019", "issued_on": "2020/1/20"}
    assert 'href="#issued_on"' in text(client.post(asked, old))  # too old to be held
    left = form | {"annual": "600万", "employer_changed_on": "2026/6/1"}
    assert 'href="#employer_changed_on"' in text(client.post(asked, left))  # of before the change
    ((kept,),) = rows("SELECT count(*) FROM loan_income_evidence")
    assert kept == after


@pytest.mark.rule("LEND-002")
@pytest.mark.rule("LEND-022")
def test_a_limit_is_cut_and_put_back_on_its_page_by_who_reviews(
    desk: Screened, opened: Key
) -> None:
    client = desk.rie.client
    place = f"/desk/members/{opened.member_id}/limit/{opened.agreement_id}/"
    assert 'name="cut_limit"' not in main(client.get(place))
    refused = client.post(place, {"do": "cut", "cut_limit": "20万", "cut_proof": "letters 3"})
    assert refused.status_code == 422
    assert "連絡不能だけを理由とする減額に当たりません" in main(
        refused
    )  # nobody noted that they are not reached
    do(watches.ask, [Ask(opened.member_id, Stop.UNREACHABLE, "look 1")], desk.office.made())
    assert 'name="cut_limit"' in main(client.get(place))
    assert 'href="#cut_proof"' in text(client.post(place, {"do": "cut", "cut_limit": "20万"}))
    cut = client.post(place, {"do": "cut", "cut_limit": "20万", "cut_proof": "letters 3"})
    assert cut["Location"] == f"{place}?done=cut"
    assert "200,000" in main(client.get(cut["Location"]))
    assert 'name="back_limit"' not in main(client.get(place))
    ended = Ended(Ending.DONE, "call 7")
    do(watches.end, opened.member_id, Stop.UNREACHABLE, ended, desk.office.made())
    day = f"{desk.office.on:%Y/%m/%d}"
    form = {"do": "put_back", "back_limit": "60万", "back_reached_on": day, "back_proof": "call 7",
            "back_ties": "clear"}  # fmt: skip
    assert 'href="#back_limit"' in text(client.post(place, form))  # above what it was
    found = client.post(place, form | {"back_limit": "50万", "back_ties": "found"})
    assert 'href="#back_ties"' in text(found)
    bare = client.post(place, {"do": "put_back", "back_limit": "50万"})
    for name in ("back_reached_on", "back_proof", "back_ties"):
        assert f'href="#{name}"' in text(bare)
    done = client.post(place, form | {"back_limit": "50万"})
    assert done["Location"] == f"{place}?done=put_back"
    assert rows("SELECT limit_yen FROM loan_agreement") == [(500_000,)]
    assert "復元済み" in main(client.get(place))
    actors: list[Any] = rows("SELECT DISTINCT actor FROM loan_event WHERE event_no > 1")
    assert actors == [(f"staff {desk.rie.staff_id}",)]
    operator = seated("ota", Role.OPERATOR)
    assert operator.client.get(place).status_code == 409  # as everywhere where a role is not for it
    assert client.get(place.replace(str(opened.agreement_id), "99")).status_code == 404


def test_over_it_takes_nothing_more(desk: Screened) -> None:
    key, client = desk.office.submit().key, desk.rie.client
    do(applications.withdraw, key, desk.office.source(), desk.office.at)
    place = page_of(key, "claims/")
    page = main(client.get(place))
    assert 'value="scores"' not in page
    form = {"do": "enter", "total_yen": "10", "income_yen": "10"}
    assert client.post(f"{place}?kind=spouse_lent", form).status_code == 422
    with pytest.raises(StateConflict):
        desk.office.enter(key, SLIP)
