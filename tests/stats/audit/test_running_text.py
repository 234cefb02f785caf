"""Statistics in sentences, in the forms of APA and the usual Chinese ones."""

import pytest
from tests.stats.audit.small import serious

from openhall.stats.audit.running_text import read_text


def read(text):
    def shown(cell):
        return cell.text if cell else None

    return [
        (one.kind.value, shown(one.statistic), shown(one.df1), shown(one.df2), shown(one.p))
        for one in read_text(text)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It helped, t(28) = 2.20, p = .036.", ("t", "2.20", "28", None, ".036")),
        ("t(27.6) = −2.20, p < .05", ("t", "-2.20", "27.6", None, "<.05")),
        ("F(2, 45) = 3.21, p = .05", ("F", "3.21", "2", "45", ".05")),
        ("χ²(4, N = 300) = 8.27, p = .082", ("chi2", "8.27", "4", None, ".082")),
        ("χ2 (4) = 8.27, p > .05", ("chi2", "8.27", "4", None, ">.05")),
        ("X2(1) = 3.9, p<.05", ("chi2", "3.9", "1", None, "<.05")),
        ("chi-square(4) = 8.27, ns", ("chi2", "8.27", "4", None, ">0.05")),
        ("r(98) = .25, p = .012", ("r", ".25", "98", None, ".012")),
        ("z = 1.96, p = .05", ("z", "1.96", None, None, ".05")),
        ("χ²=8.27，df=4，P<0.05", ("chi2", "8.27", "4", None, "<0.05")),
        ("（χ²＝4.137，P＝0.388，df＝4）", ("chi2", "4.137", "4", None, "0.388")),
        ("卡方值为8.27，自由度为4，P值为0.08", ("chi2", "8.27", "4", None, "0.08")),
        ("F值为3.2，P值为0.04", ("F", "3.2", None, None, "0.04")),
        ("t=2.31，p=0.03", ("t", "2.31", None, None, "0.03")),
        ("F(2,45)=3.21，显著性为0.05", ("F", "3.21", "2", "45", "0.05")),
    ],
)
def test_one_statistic(text, found):
    assert read(text) == [found]


def test_each_statistic_keeps_its_own_p():
    text = "t(10) = 1.00, p = .34; F(1, 20) = 4.00, p = .06. χ²(2) = 1.0."
    assert [one[4] for one in read(text)] == [".34", ".06", None]


def test_words_and_years_are_no_statistics():
    assert read("In 2018 the rate = 5 of 10 offices; part F of form t, see p. 12.") == []
    assert read("About 36% (n = 108) were farmers, aged 20 to 30.") == []


def test_one_tailed_is_understood_in_both_languages():
    assert read_text("t(40) = 1.80, p = .040, one-tailed")[0].one_tailed
    assert read_text("t(40)=1.80，p=0.040（单侧）")[0].one_tailed
    assert not read_text("t(40) = 1.80, p = .080")[0].one_tailed


def test_the_passage_is_kept_as_it_stands():
    assert read_text("结果：χ²＝4.137，P＝0.388。")[0].place.row == "χ²＝4.137，P＝0.388"


def test_text_in_a_file_is_audited():
    text = '[[text]]\nplace = "4.4"\ntext = "{}"\n'
    assert serious(text.format("χ²(12) = 7.716, p = .807")) == []
    assert serious(text.format("χ²（12）＝7.716，P＜0.001")) == ["p"]
