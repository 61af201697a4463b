"""Claims against us on the desk's pages: from the letter to the file of the bank, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import override_settings
from tests.database import Database
from tests.people.house import rows
from tests.web.claimed import Scene, day, page
from tests.web.membership import Site, do
from tests.web.office import browser, seated

from motocho.loans import queries
from motocho.loans.policy import Status
from motocho.office import lender, papers, portfolio
from motocho.outside import clock, mail
from motocho.outside.bank import next_business_day, read_transfers
from motocho.people.access import Role

DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


@pytest.fixture
def scene(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Scene(Site.at(tmp_path))


def test_a_claim_from_its_letter_to_the_file_of_the_bank(scene: Scene) -> None:
    at = scene.take()
    shown = page(scene.operator.client.get(at))
    assert "本人への連絡はすべて止まっています" in shown
    assert "法田法律事務所" in shown
    assert "提案する額" not in shown, "nothing is offered before anything is reckoned"
    scene.done(at, "check", proof="attorney_letter", proof_ref="委-1")
    scene.done(at, "disclose", to_address="東京都千代田区1-1")
    scene.reckon(at)
    reckoned = scene.claim(at).steps[-1]
    own_yen = int(reckoned.amount_yen or 0)
    assert f"{own_yen:,}円" in page(scene.operator.client.get(at))
    for kind in ("pdf", "xlsx", "csv", "json"):
        sheet = scene.operator.client.get(f"{at}{kind}/")
        assert sheet.status_code == 200
    assert f'"claim_yen":{own_yen}'.encode() in sheet.content
    too_much = scene.step(at, "offer", offer=str(own_yen + 1), answer_until=day(14),
                          pay_by=day(40), offer_reason="早期に")  # fmt: skip
    assert too_much.status_code == 422
    assert "超えています" in page(too_much)
    assert "早期に" in page(too_much), "what was typed is kept"
    scene.done(at, "offer", offer=str(own_yen), answer_until=day(14), pay_by=day(40),
               offer_reason="早期に")  # fmt: skip
    assert scene.claim(at).rounds == 0, "one person promises nothing"
    scene.agree()
    scene.done(at, "accept", accepted_on=day(0), accept_words="電話で")
    paper = {"client_name": "佐藤花子", "client_address": "東京都千代田区1-1", "bank_name": "みほん銀行",
             "branch_name": "本店", "account_number": "1234567", "account_holder": "ホウダ マモル",
             "form": "pdf"}  # fmt: skip
    made_paper = scene.operator.client.post(f"{at}paper/", paper)
    assert made_paper.status_code == 200, page(made_paper)
    assert made_paper.content.startswith(b"%PDF")
    text = papers.pdf_text(made_paper.content)
    plain = re.sub(r"[,，万\s]", "", text.translate(DIGITS))
    assert str(own_yen) in plain
    assert re.search("年5(パーセント|%|％)の割合による遅延損害金", plain), (
        "what a late payment adds"
    )
    assert reckoned.content["late_rate_ppm"] == 50_000
    lacking = scene.operator.client.post(f"{at}paper/", paper | {"client_address": "", "form": ""})
    assert lacking.status_code == 422
    scene.done(at, "settle", settle_ref="和-1", settle_reason="合意")
    scene.agree()
    pay_on = next_business_day(clock.now().date())
    scene.done(at, "pay", bank_code="０００１", branch_code="001", account_kind="1",
               account_number="1234567", holder="ホウダ マモル", late="ours", pay_on=f"{pay_on:%Y/%m/%d}",
               pay_reason="和解のとおり")  # fmt: skip
    scene.agree()
    form = {"pay_on": f"{pay_on:%Y/%m/%d}", "originator": "0000099999", "ref": next(scene.refs)}
    for _ in range(2):
        assert scene.operator.client.post("/desk/claims/files/", form).status_code == 302
    assert rows("SELECT count(*) FROM office_claim_file") == [(1,)]
    made = re.search(
        r'href="(/desk/claims/files/\d+/)"', page(scene.operator.client.get("/desk/claims/files/"))
    )
    assert made is not None
    sent = read_transfers(scene.operator.client.get(made[1]).content, near_on=pay_on)
    assert [one.amount_yen for one in sent.transfers] == [own_yen]
    early = scene.step(at, "paid", paid_on=day(-9))
    assert early.status_code == 422
    scene.done(at, "correct", corrected_words="3社に報告")
    assert "支払を確認した" in page(scene.operator.client.get(at))
    assert at in page(scene.operator.client.get("/desk/claims/"))


def test_ones_own_agreement_ends_with_a_zero_settlement(scene: Scene) -> None:
    at = scene.take(claimant="self", agreement=str(scene.key.agreement_id), office="", name="")
    scene.done(at, "check", proof="licence", proof_ref="免-1")
    named = {name: values[0] for name, values in lender.CONVENTIONS.items()}
    scene.done(at, "reckon", until_on=day(0), **named)
    scene.done(at, "offer", offer="0", answer_until=day(1), pay_by=day(1), offer_reason="相互に")
    scene.agree()
    scene.done(at, "accept", accepted_on=day(0))
    scene.done(at, "settle", settle_ref="和-1", settle_reason="合意")
    scene.agree()
    position = do(queries.position, scene.key, clock.now().date())
    assert (position.status, position.payoff_yen) == (Status.CLOSED, 0)
    assert "放棄した債権" in page(scene.operator.client.get(at))
    scene.done(at, "correct", corrected_words="解約で報告")
    assert "対応は終わりました" in page(scene.operator.client.get(at))


@pytest.mark.parametrize(
    ("do_", "typed", "words"),
    [("", {}, "何も選ばれていません"), ("settle", {"settle_ref": "x", "settle_reason": "y"}, "その段階に進めません"),
     ("check", {"proof": "passport", "proof_ref": "x"}, "何も選ばれていません"),
     ("check", {"proof_ref": "x"}, "何も選ばれていません"),
     ("reckon", {}, "何も選ばれていません"), ("end", {"how": "withdrawn", "end_words": " "}, "書かれていません"),
     ("end", {"how": "ended", "end_words": "x"}, "何も選ばれていません")],
)  # fmt: skip
def test_what_a_stale_page_sends_is_refused_and_nothing_noted(
    scene: Scene, do_: str, typed: dict[str, str], words: str
) -> None:
    at = scene.take()
    before = scene.claim(at)
    answer = scene.step(at, do_, **typed)
    assert answer.status_code == 422
    assert words in page(answer)
    assert scene.claim(at) == before


def test_a_member_of_a_number_and_nobody_else(scene: Scene) -> None:
    client = scene.operator.client
    found = client.post("/desk/claims/", {"number": scene.member.member_number})
    assert found["Location"] == scene.home
    assert client.post("/desk/claims/", {"number": "99999999"}).status_code == 422
    for given in ({"agreement": "77"}, {"claimant": ""}, {"claimant": "x"}, {"office": ""}):
        typed = {"claimant": "lawyer", "agreement": "before", "received_on": day(0),
                 "office": "事務所", "name": "法田", "registration": "1", "ref": next(scene.refs)}  # fmt: skip
        assert client.post(scene.home, typed | given).status_code == 422
    assert rows("SELECT count(*) FROM office_claim") == [(0,)]
    other = f"/desk/members/{scene.key.member_id + 7}/claims/"
    assert client.get(other).status_code == 404
    assert seated("abe", Role.AUDITOR).client.get(scene.home).status_code == 409


def test_an_agreement_recalculated_at_the_desk_and_by_the_member(scene: Scene) -> None:
    """The same yen on both pages and in the file; the book and the recalculation agree."""
    owed = do(queries.position, scene.key, clock.now().date()).payoff_yen
    number = scene.key.agreement_id
    desk = page(
        scene.operator.client.get(
            f"/desk/members/{scene.key.member_id}/recalculated/{number}/?row=2"
        )
    )
    assert f"{owed:,}円" in desk
    assert "2行目の理由" in desk
    assert "払い過ぎは見つかりませんでした" in desk
    looks = rows("SELECT purpose FROM journal_row WHERE kind = 'staff_access'")
    assert (f"recalculation {number}",) in looks
    file = scene.operator.client.get(
        f"/desk/members/{scene.key.member_id}/recalculated/{number}/json/"
    )
    assert b'"claim_yen":0' in file.content
    visitor = browser()
    scene.site.known(visitor, scene.member)
    assert scene.site.sign_in(visitor, scene.member).status_code == 302
    mine = f"/member/dealings/{number}/recalculated/"
    first = visitor.get(mine)
    assert first["Location"] == f"/member/dealings/{number}/whole/?recalculated", "the code first"
    assert visitor.get(f"{mine}csv/").status_code == 302
    assert "引き直し計算で開く" in page(visitor.get(f"/member/dealings/{number}/"))
    whole = f"/member/dealings/{number}/whole/"
    then = {"then": "recalculated"}
    assert 'name="then" value="recalculated"' in page(visitor.get(f"{whole}?recalculated"))
    assert 'name="then"' not in page(visitor.get(whole))
    assert 'name="then" value="recalculated"' in page(visitor.post(whole, {"again": "yes", **then}))
    done = visitor.post(whole, {"code": scene.site.code(scene.member), **then})
    assert done["Location"] == mine, "one tap, the code, and the recalculation"
    assert f'href="{mine}"' in page(visitor.get(whole))
    shown = page(visitor.get(f"{mine}?row=2"))
    assert f"{owed:,}円" in shown
    assert "2行目の理由" in shown
    assert b'"claim_yen":0' in visitor.get(f"{mine}json/").content
    assert visitor.get(f"{mine}pdf/").content.startswith(b"%PDF")
    assert visitor.get(f"{mine}exe/").status_code == 404
    assert visitor.get(f"/member/dealings/{number + 7}/recalculated/").status_code == 404


def test_the_reserve_of_our_own_book_is_a_supervisors_page(scene: Scene, tmp_path: Path) -> None:
    """The newest run over our own book: nothing overpaid, and the debt that the book has."""
    assert "MOTOCHO_PORTFOLIO" in page(scene.mori.client.get("/desk/claims/reserve/"))
    today = clock.now().date()
    book, folder = tmp_path / "book.parquet", tmp_path / "run"
    assert do(portfolio.export, book, today) == len(rows("SELECT 1 FROM loan_agreement"))
    portfolio.run([book], folder, portfolio.Conventions())
    with override_settings(PORTFOLIO_FOLDER=str(folder)):
        shown = page(scene.mori.client.get("/desk/claims/reserve/?by=last_dealt"))
        found = portfolio.estimate(folder, today)
        assert (found.total.overpaid, found.faulty) == (0, 0)
        assert f">{found.total.agreements}<" in shown
        lines = scene.mori.client.get("/desk/claims/reserve/?form=csv").content.decode("utf-8-sig")
        assert lines.splitlines()[0].startswith("product,year,agreements")
        assert scene.operator.client.get("/desk/claims/reserve/").status_code == 409
        assert "各契約の最後の行まで" in shown, (
            "until when it was reckoned, beside the day of prescription"
        )
        said = (folder / "result.json").read_text(encoding="utf-8")
        changed = said.replace('"overpaid": 0', '"overpaid": 1')
        (folder / "result.json").write_text(changed, encoding="utf-8")
        wrong = scene.mori.client.get("/desk/claims/reserve/")
        assert (wrong.status_code, "計算時の合計と合いません" in page(wrong)) == (422, True)
