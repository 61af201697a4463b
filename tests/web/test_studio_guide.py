"""The guide without a script: one question a page, kept answers, a result, every word explained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from tests.database import Database
from tests.web.studio import as_studio, let_in

from motocho.claims import prospects
from motocho.claims.prospects import Handling
from motocho.claims.radar import Check
from motocho.law.published import Way
from motocho.office import cases
from motocho.office.tracker import board, callsheet, guide
from motocho.outside import clock
from motocho.web.studio._terms import explained, terms
from motocho.web.studio.guide import ORDER
from motocho.web.words import Tongue, catalogue

SAMPLE = cases.sample_bytes().decode()
MONTHLY = "".join(f"2001/{month}/10,,10000,\n" for month in range(2, 13))
HEAVY = (
    "過払い金", "引き直し計算", "取引履歴", "時効", "分断", "利息制限法", "内容証明郵便", "訴状", "口頭弁論", "司法書士",
    "弁護士", "簡易裁判所", "地方裁判所", "信用情報", "損害金", "代表者事項証明書", "清算条項", "任意整理",
)  # fmt: skip
"""Words of the law, listed here a second time: none of them stands on a page without its link."""


@pytest.fixture(autouse=True)
def _studio(database: Database) -> Iterator[None]:
    with as_studio():
        yield


@pytest.fixture
def client() -> Client:
    return let_in()


TODAY = clock.business_date()
ANSWERS = {
    "lender": {"lender": "架空ファイナンス株式会社"},
    "first": {"guide_first": "平成19年ごろ"},
    "still": {"still_dealing": "", "answer": "no"},
    "last": {"guide_last": "2017年2月"},
    "other": {"answer": "no"},
    "history": {"answer": "here"},
    "import": {"pasted": SAMPLE},
    "check": {"do": "later"},
    "contracts": {"answer": "no"},
    "conventions": {"answer": "court"},
    "name": {"client_name": "甲野 花子", "client_kana": "こうの はなこ"},
    "address": {"client_postcode": "100-0001", "client_address": "東京都千代田区千代田1-1"},
}


def begun(client: Client) -> str:
    response = client.post("/guide/")
    assert response.status_code == 302
    return response["Location"]


def walked(client: Client, **other: dict[str, str]) -> list[tuple[str, str]]:
    """Every page from the first to the result, in order, with its text."""
    address, seen = begun(client), []
    while not address.endswith("/result/"):
        seen.append((address, client.get(address).content.decode()))
        name = address.rstrip("/").split("/")[-1]
        answer = other.get(name, ANSWERS[name])
        response = client.post(address, answer)
        assert response.status_code == 302, (name, response.content.decode()[:2000])
        assert len(seen) <= len(ORDER) + 3
        address = response["Location"]
    seen.append((address, client.get(address).content.decode()))
    return seen


def case() -> cases.Case:
    return cases.load(cases.case_ids()[0])


class TestTheWay:
    def test_twelve_questions_lead_to_the_amount(self, client: Client) -> None:
        seen = walked(client)
        assert [one.rstrip("/").split("/")[-1] for one, _ in seen[:-1]] == list(ORDER)
        result = seen[-1][1]
        claimed = int(case().statement().result.claim_yen)
        assert f"{claimed:,}円と計算されました" in re.sub(r"<[^>]+>", "", result)
        assert case().client == "甲野 花子"
        assert case().facts["client_address"] == "東京都千代田区千代田1-1"

    def test_each_page_asks_one_thing(self, client: Client) -> None:
        for address, text in walked(client)[:-1]:
            assert text.count("<h1") == 1, address
            assert text.count('<button class="button"') <= 1 or "/check/" in address
            assert "前のページへ戻る" in text

    def test_what_is_not_needed_is_not_asked(self, client: Client) -> None:
        names = [
            one.rstrip("/").split("/")[-1]
            for one, _ in walked(client, still={"answer": "yes"}, history={"answer": "none"})
        ]
        assert "last" not in names
        assert "import" not in names
        assert "check" not in names

    def test_answers_are_kept_and_shown_again(self, client: Client) -> None:
        address = begun(client)
        client.post(address, ANSWERS["lender"])
        assert 'value="架空ファイナンス株式会社"' in client.get(address).content.decode()
        seq = case().seq
        client.post(address, ANSWERS["lender"])
        assert case().seq == seq, "the same answer is written once"

    @pytest.mark.parametrize(
        ("name", "answer"),
        [
            ("lender", {"lender": " "}),
            ("first", {"guide_first": "むかし"}),
            ("still", {}),
            ("history", {"answer": "perhaps"}),
            ("import", {"pasted": "日付,借入,返済\nS64.1.8,1000,\n"}),
            ("import", {"pasted": ""}),
            ("name", {"client_name": ""}),
        ],
    )
    def test_what_cannot_be_taken_is_said_and_stays(
        self, client: Client, name: str, answer: dict[str, str]
    ) -> None:
        at = begun(client).rsplit("/", 2)[0]
        response = client.post(f"{at}/{name}/", answer)
        text = response.content.decode()
        assert response.status_code == 422
        assert "<title>エラー" in text
        (target,) = re.findall(r'<a href="#([\w]+)">', text)
        assert f'id="{target}"' in text
        if name == "import" and answer["pasted"]:
            assert "S64.1.8,1000" in text

    def test_unknown_question_is_not_found(self, client: Client) -> None:
        at = begun(client).rsplit("/", 2)[0]
        assert client.get(f"{at}/nothing/").status_code == 404
        assert client.get("/guide/4711/lender/").status_code == 404


class TestLater:
    def test_who_stops_goes_on_where_it_was(self, client: Client) -> None:
        address = begun(client)
        for name in ("lender", "first", "still"):
            client.post(address, ANSWERS[name])
            address = address.replace(f"/{name}/", f"/{ORDER[ORDER.index(name) + 1]}/")
        shown = client.get("/guide/").content.decode()
        assert f"/guide/{case().case_id}/other/" in shown
        for name in ORDER[3:]:
            client.post(f"/guide/{case().case_id}/{name}/", ANSWERS[name])
        assert f"/guide/{case().case_id}/result/" in client.get("/guide/").content.decode()

    def test_nobody_was_retained_by_who_claims_alone(self, client: Client) -> None:
        walked(client, history={"answer": "none"})
        shown = client.get(f"/cases/{case().case_id}/way/").content.decode()
        assert "次にすること: 取引履歴の開示を請求した" in shown

    def test_steps_ahead_follow_what_is_at_hand(self, client: Client) -> None:
        seen = walked(client)
        assert "過払金返還請求書を送った" in re.sub(r"<[^>]+>", "", seen[-1][1])


class TestProblems:
    def test_planted_slip_is_found_mended_and_gone(self, client: Client) -> None:
        at = begun(client).rsplit("/", 2)[0]
        client.post(f"{at}/import/", {"pasted": SAMPLE})
        found = guide.next_problem(case(), TODAY)
        assert found is not None
        assert found.row is not None
        text = client.get(f"{at}/check/").content.decode()
        assert found.row.date in text
        assert "に直す" in text
        client.post(f"{at}/check/", {"do": "mend", "row": found.key})
        mended = next(one for one in case().rows if one.row_id == found.row.row_id)
        assert getattr(mended, found.column) == found.proposed
        assert mended.source == "fixed"
        assert found.key not in {one.key for one in guide.problems(case(), TODAY)}

    def test_what_is_right_as_it_is_is_not_asked_again(self, client: Client) -> None:
        at = begun(client).rsplit("/", 2)[0]
        client.post(f"{at}/import/", {"pasted": SAMPLE})
        found = guide.next_problem(case(), TODAY)
        assert found is not None
        client.post(f"{at}/check/", {"do": "right", "row": found.key})
        assert found.key not in {one.key for one in guide.problems(case(), TODAY)}
        assert case().rows[0].source == "imported"

    @pytest.mark.parametrize(
        ("paper", "check"),
        [
            ("2001/1/10,200000,,\n2001/3/10,,10000,\n2001/2/10,,10000,\n", Check.DATE),
            ("2001/1/10,200000,,\n" + MONTHLY + "2002/1/10,,100000,\n", Check.DIGIT),
        ],
    )
    def test_what_no_balance_shows_is_asked_too(
        self, client: Client, paper: str, check: Check
    ) -> None:
        """The radar's looks without the lender's balances: days out of order, habits."""
        at = begun(client).rsplit("/", 2)[0]
        client.post(f"{at}/import/", {"pasted": f"日付,借入,返済,残高\n{paper}"})
        found = guide.problems(case(), TODAY)
        assert check in {one.alarm.check for one in found}
        for one in found:
            text = client.get(f"{at}/check/").content.decode()
            assert f'value="{one.key}"' in text
            client.post(f"{at}/check/", {"do": "right", "row": one.key})
        assert guide.problems(case(), TODAY) == ()
        assert "見つかりませんでした" in client.get(f"{at}/check/").content.decode()

    def test_what_was_called_right_at_the_bench_is_not_asked(self, client: Client) -> None:
        at = begun(client).rsplit("/", 2)[0]
        client.post(f"{at}/import/", {"pasted": SAMPLE})
        found = guide.next_problem(case(), TODAY)
        assert found is not None
        client.post(f"/cases/{case().case_id}/checks/mend/", {"key": found.key, "what": "right"})
        assert found.key not in {one.key for one in guide.problems(case(), TODAY)}

    def test_a_button_of_an_older_page_mends_nothing_else(self, client: Client) -> None:
        at = begun(client).rsplit("/", 2)[0]
        client.post(f"{at}/import/", {"pasted": SAMPLE})
        seq = case().seq
        client.post(f"{at}/check/", {"do": "mend", "row": "guide another slip"})
        assert case().seq == seq


class TestResult:
    def test_three_ways_always_in_one_order_with_their_caps(self, client: Client) -> None:
        walked(client)
        on = clock.business_date()
        found = guide.result(board.standing(case().case_id, on))
        assert [one.handling for one in found.routes] == [
            Handling.ALONE,
            Handling.SCRIVENER,
            Handling.LAWYER,
        ]
        totals = callsheet.totals(case())
        assert totals is not None
        assert found.costs is not None
        for one in found.routes:
            fee = prospects.most_fee(one.handling, Way.TALKS, totals.with_yen, on)
            assert one.talks_yen == fee.total_yen + found.costs.letter.total_yen
        assert found.routes[0].talks_yen == found.costs.letter.total_yen

    def test_without_interest_is_the_other_calculation(self, client: Client) -> None:
        walked(client)
        one = case()
        totals = callsheet.totals(one)
        assert totals is not None
        again = cases.open_case({}, actor="x", at=clock.now())
        cases.apply(
            again,
            cases.import_operations(cases.load(again), one.history()),
            actor="x",
            at=clock.now(),
            expected_seq=cases.load(again).seq,
        )
        zero = {"op": "set_convention", "scenario": "主張", "key": "overpayment_rate", "value": "0"}
        cases.apply(again, [zero], actor="x", at=clock.now(), expected_seq=cases.load(again).seq)
        assert totals.without_yen == int(cases.load(again).statement().result.claim_yen)

    @pytest.mark.parametrize(
        ("other", "doubt"),
        [
            ({"contracts": {"answer": "new"}}, guide.Doubt.SEPARATE),
            ({"still": {"answer": "yes"}}, guide.Doubt.STILL),
            (
                {"import": {"pasted": "日付,借入,返済\n2001/1/10,200000,\n2001/2/10,,400000\n"}},
                guide.Doubt.NO_BALANCES,
            ),
            (
                {
                    "import": {
                        "pasted": "日付,借入,返済,残高\n2001/1/10,,10000,190000\n2001/2/10,,10000,183000\n"
                    }
                },
                guide.Doubt.OPENING,
            ),
        ],
    )
    def test_what_could_change_it_is_said(
        self, client: Client, other: dict[str, dict[str, str]], doubt: guide.Doubt
    ) -> None:
        walked(client, **other)
        assert doubt in guide.result(board.standing(case().case_id, date(2026, 11, 22))).doubts

    @pytest.mark.parametrize(
        ("repaid", "expected", "missing"),
        [
            (1_650_122, set(), {guide.Threshold.ABOVE_LINE}),
            (1_650_123, {guide.Threshold.ABOVE_LINE, guide.Threshold.DISTRICT}, set()),
        ],
    )
    def test_the_line_of_1400000_is_watched(
        self,
        client: Client,
        repaid: int,
        expected: set[guide.Threshold],
        missing: set[guide.Threshold],
    ) -> None:
        """The overpayment is on the line, and one yen above it."""
        paper = f"日付,借入,返済\n2020/1/10,250000,\n2020/1/11,,{repaid}\n"
        walked(client, **{"import": {"pasted": paper}})
        found = guide.result(board.standing(case().case_id, date(2026, 11, 22)))
        assert expected <= set(found.thresholds)
        assert not missing & set(found.thresholds)
        overpaid = int(case().statement().result.overpayment_yen)
        assert overpaid == (1_400_001 if expected else 1_400_000)

    def test_a_debt_that_remains_is_told_as_one(self, client: Client) -> None:
        seen = walked(
            client,
            **{"import": {"pasted": "日付,借入,返済\n2015/1/10,500000,\n2015/2/10,,10000\n"}},
        )
        text = re.sub(r"<[^>]+>", "", seen[-1][1])
        assert "借金が残る計算です" in text
        assert "任意整理" in text


class TestWords:
    def test_easy_japanese_leads_to_the_result(self, client: Client) -> None:
        """Every text of the guide and of the three questions, with a reading at each run of kanji."""
        own = [one for one in catalogue() if one.startswith("studio.guide.")]
        assert [one for one in own if "easy" not in catalogue()[one]] == []
        assert 'value="easy"' in client.get("/guide/").content.decode()
        client.post("/choices/", {"tongue": "easy", "next": "/guide/"})
        assert client.cookies["tongue"].value == "easy"
        for address, text in walked(client):
            main = re.sub("<ruby>.*?</ruby>", "", text.split("<main")[1], flags=re.DOTALL)
            (title,) = re.findall("<h1>(.*?)</h1>", main, flags=re.DOTALL)
            assert not re.search("[一-龯]", title), address
        shown = client.get("/affected/?began=2003&lender=x").content.decode()
        assert "<ruby>" in shown.split('id="answer"')[1].split("</h2>")[0]

    @pytest.mark.parametrize("tongue", [Tongue.JA, Tongue.EN])
    def test_no_word_stands_without_its_sentence(self, client: Client, tongue: Tongue) -> None:
        """Every known word on every page is a link, at least where it stands first."""
        client.cookies["tongue"] = tongue.value
        pages_seen = [("/guide/", client.get("/guide/").content.decode()), *walked(client)]
        pattern = re.compile(
            "|".join(sorted(map(re.escape, terms(tongue)), key=len, reverse=True)), re.IGNORECASE
        )
        for address, text in pages_seen:
            main = text.split("<main")[1]
            main = re.sub(
                r"<(textarea|option|button|label|title)[^>]*>.*?</\1>", "", main, flags=re.DOTALL
            )
            linked = {one.lower() for one in re.findall(r'<a class="term"[^>]*>([^<]*)</a>', main)}
            bare = re.sub(r'<a class="term"[^>]*>[^<]*</a>', "", main)
            bare = re.sub(r"<[^>]+>", " ", bare)
            if tongue is Tongue.JA:
                left = set(pattern.findall(bare)) - linked
                assert not left, (address, left)
                for word in HEAVY:
                    whole = re.sub(r"<[^>]+>", "", main)
                    known = any(word in one for one in linked)
                    assert word not in whole or known, (address, word)

    def test_every_link_leads_to_a_sentence(self, client: Client) -> None:
        shown = client.get("/glossary/").content.decode()
        for one in terms(Tongue.JA).values():
            assert f'id="{one}"' in shown

    def test_longer_word_is_taken_and_html_stays_escaped(self) -> None:
        shown = explained("<b>認定司法書士と司法書士</b>", Tongue.JA)
        assert '#scrivener">認定司法書士<' in shown
        assert '#w-scrivener">司法書士<' in shown
        assert "<b>" not in shown

    def test_guide_in_english_shows_no_japanese(self, client: Client) -> None:
        client.cookies["tongue"] = "en"
        for address, text in walked(client):
            main = re.sub(
                r"<(textarea|option)[^>]*>.*?</\1>|value=\"[^\"]*\"",
                "",
                text.split("<main")[1],
                flags=re.DOTALL,
            )
            shown = re.sub(r"<[^>]+>", "", main)
            assert not re.search("[ぁ-んァ-ヶ]", shown.replace("架空ファイナンス株式会社", "")), (
                address
            )
