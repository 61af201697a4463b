"""Citations: read into their parts, written in two languages, refused where a name is unknown."""

from __future__ import annotations

from datetime import date

import pytest

from motocho.law.citation import Edition, parse_citation, parse_citations
from motocho.units.errors import InputError, Language

WRITTEN = [
    ("利息制限法1条", "利息制限法1条", "Interest Rate Restriction Act, Article 1"),
    ("利息制限法第一条", "利息制限法1条", "Interest Rate Restriction Act, Article 1"),
    (
        "貸金業法13条の2第1項",
        "貸金業法13条の2第1項",
        "Money Lending Business Act, Article 13-2, paragraph (1)",
    ),
    (
        "民事訴訟費用等に関する法律別表第二 一項イ",
        "民事訴訟費用等に関する法律別表第二 一項イ",
        "Act on Costs of Civil Procedure, Appended Table 2, row (1), (a)",
    ),
    (
        "民訴費用法別表第一 一〇項",
        "民事訴訟費用等に関する法律別表第一 一〇項",
        "Act on Costs of Civil Procedure, Appended Table 1, row (10)",
    ),
    (
        "平成18年法律115号附則26条1項",
        "平成18年法律115号附則26条1項",
        "Act No. 115 of 2006, Supplementary Provisions, Article 26, paragraph (1)",
    ),
    (
        "平成11年法155号 附則4条",
        "平成11年法律155号附則4条",
        "Act No. 155 of 1999, Supplementary Provisions, Article 4",
    ),
    ("最判平成22年4月20日", "最判平成22年4月20日", "Supreme Court, judgment of April 20, 2010"),
    ("最判平22.4.20", "最判平成22年4月20日", "Supreme Court, judgment of April 20, 2010"),
    (
        "最大判昭和39年11月18日",
        "最大判昭和39年11月18日",
        "Supreme Court, Grand Bench, judgment of November 18, 1964",
    ),
    (
        "東京地判令和元年5月1日",
        "東京地判令和元年5月1日",
        "Tokyo District Court, judgment of May 1, 2019",
    ),
    (
        "施行規則10条の22第2項2号",
        "貸金業法施行規則10条の22第2項2号",
        (
            "Regulation for Enforcement of the Money Lending Business Act, Article 10-22, paragraph (2),"
            " item (2)"
        ),
    ),
    (
        "利息制限法施行令2条1号",
        "利息制限法施行令2条1号",
        "Order for Enforcement of the Interest Rate Restriction Act, Article 2, item (1)",
    ),
    ("旧民法167条1項", "旧民法167条1項", "former Civil Code, Article 167, paragraph (1)"),
    (
        "民事訴訟費用等に関する法律11条1項ただし書",
        "民事訴訟費用等に関する法律11条1項ただし書",
        "Act on Costs of Civil Procedure, Article 11, paragraph (1), proviso",
    ),
    (
        "犯収法施行規則7条1号ハ",
        "犯罪による収益の移転防止に関する法律施行規則7条1号ハ",
        (
            "Regulation for Enforcement of the Act on Prevention of Transfer of Criminal Proceeds,"
            " Article 7, item (1), (c)"
        ),
    ),
    (
        "出資の受入れ、預り金及び金利等の取締りに関する法律5条2項",
        "出資の受入れ、預り金及び金利等の取締りに関する法律5条2項",
        (
            "Act Regulating the Receipt of Contributions, Receipt of Deposits and Interest Rates,"
            " Article 5, paragraph (2)"
        ),
    ),
    ("日本郵便 料金", "日本郵便 料金", "Japan Post tariff"),
]


@pytest.mark.parametrize(("text", "japanese", "english"), WRITTEN)
def test_citation_is_written_in_both_languages(text: str, japanese: str, english: str) -> None:
    cited = parse_citation(text)
    assert cited.text(Language.JA) == japanese
    assert cited.text(Language.EN) == english
    assert parse_citation(japanese) == cited


@pytest.mark.parametrize(
    ("text", "japanese"),
    [
        ("貸金業法13条1項・5項", ["貸金業法13条1項", "貸金業法13条5項"]),
        ("司法書士法3条1項6号・7号", ["司法書士法3条1項6号", "司法書士法3条1項7号"]),
        ("民法140条・143条2項", ["民法140条", "民法143条2項"]),
        (
            "民事訴訟法132条の10, 132条の11第3項",
            ["民事訴訟法132条の10", "民事訴訟法132条の11第3項"],
        ),
        (
            "民訴費用法3条2項、別表第二 一項イ、9条2項1号",
            [
                "民事訴訟費用等に関する法律3条2項",
                "民事訴訟費用等に関する法律別表第二 一項イ",
                "民事訴訟費用等に関する法律9条2項1号",
            ],
        ),
        (
            "最大判昭和39年11月18日・43年11月13日; 利息制限法1条",
            ["最大判昭和39年11月18日", "最大判昭和43年11月13日", "利息制限法1条"],
        ),
        (
            "司法書士法3条1項6号イ、ロ",
            ["司法書士法3条1項6号イ", "司法書士法3条1項6号ロ"],
        ),
    ],
)
def test_list_takes_over_what_a_later_entry_leaves_out(text: str, japanese: list[str]) -> None:
    assert [cited.text(Language.JA) for cited in parse_citations(text)] == japanese


def test_parts_and_identifiers_are_kept() -> None:
    cited = parse_citation("旧裁判所法33条1項1号")
    assert (cited.article, cited.paragraph, cited.item) == ("33", "1", "1")
    assert cited.edition is Edition.FORMER
    assert (cited.law_ja, cited.law_en) == ("裁判所法", "Court Act")
    assert cited.egov_id == "322AC0000000059"
    assert cited.url == "https://laws.e-gov.go.jp/law/322AC0000000059"
    judged = parse_citation("最判平成20年1月18日")
    assert judged.decided_on == date(2008, 1, 18)
    assert judged.court is not None
    assert (judged.law_ja, judged.egov_id, judged.url) == (None, None, None)


def test_whole_law_is_read_but_has_no_place() -> None:
    assert not parse_citation("利息制限法").has_place
    assert parse_citation("日本郵便 料金").has_place


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("架空法1条", "LAW-041"),
        ("平成1年法律1号1条", "LAW-041"),
        ("1条", "LAW-041"),
        ("名古屋高判平成20年2月27日", "LAW-041"),
        ("利息制限法1条の", "LAW-040"),
        ("利息制限法1条乙", "LAW-040"),
        ("最判平成22年13月1日", "LAW-040"),
        ("最判22年1月1日", "LAW-040"),
        ("最判", "LAW-040"),
        ("", "LAW-040"),
        (" ", "LAW-040"),
        ("利息制限法1条、2条", "LAW-040"),
        ("利息制限法1条、架空法2条", "LAW-041"),
        ("利息制限法一〇十条", "LAW-040"),
    ],
)
def test_unreadable_citation_is_refused(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_citation(text)
    assert caught.value.faults[0].code == code
