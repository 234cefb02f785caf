"""Published files: the digits survive, and what cannot be read is said with its place."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.errors import BadInput
from openhall.stats.audit import audit, read_published

GOOD = """
format = "openhall.published/1"
title = "Hall survey"
n = 300
[[counts]]
key = "1"
columns = ["x", "y"]
[[counts.row]]
label = "a"
counts = [1, ""]
percent = [33.30, "66.7%"]
"""


def problems(text):
    with pytest.raises(BadInput) as raised:
        read_published(text, "file.toml")
    return [str(problem) for problem in raised.value.problems]


def test_trailing_zeros_are_kept():
    table = read_published(GOOD, "file.toml").counts[0]
    assert (table.percents[0][0].text, table.percents[0][0].places) == ("33.30", 2)
    assert table.counts[0][1] is None


def test_json_is_read_the_same():
    text = '{"n": 300, "test": [{"place": "4-2", "kind": "t", "statistic": 2.20, "df": 28, "p": 0.036}]}'
    assert read_published(text, "file.json").tests[0].statistic.text == "2.20"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = ", "neither TOML nor JSON"),
        ("", "has no figures"),
        ("{", "neither TOML nor JSON"),
        ("surprise = 1", "surprise: this word is not known."),
        ("n = true", "“True” is not a figure"),
        ("n = nan", "“nan” is not a figure"),
        ("counts = 3", "“3” is not a list of tables"),
        ("[[counts]]\nkey = '1'\ncolumns = ['x']", "counts[1].row: this is missing."),
        ("[[test]]\nkind = 'Q'\nstatistic = 1", "“Q” is not known. Use chi2, F, t, r, z."),
        ("[[test]]\nkind = 't'", "test[1].statistic: this is missing."),
        ("[[moment]]\nn = 0", "“0” is not a whole number above 0"),
        ("[[midpoint]]\nlow = 5\nhigh = 1\nclaimed = 3", "the scale must begin below its end"),
        ("scale = [5, 1]", "not two numbers"),
        (GOOD.replace('[1, ""]', "[1]"), "1 values are given, 2 belong here."),
        (GOOD.replace('[1, ""]', "[1, -4]"), "a count is below 0"),
        (GOOD + GOOD[GOOD.index("[[counts]]") :], "the key 1 is used twice"),
        ("format = 'other/2'", "“other/2” is not known"),
        ("[table_4_2_chi_square]\nage = 3", "table_4_2_chi_square: this cannot be read"),
        ("[table_4_3_colour]\nred = 3\n[sample]\n", "table_4_3_colour: this table is not known."),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text, said):
    assert said in "\n".join(problems(text))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "counts",
                        "row",
                        "label",
                        "columns",
                        "key",
                        "test",
                        "kind",
                        "n",
                        "means",
                        "anova",
                        "F",
                        "sample",
                        "table_4_3_age",
                        "table_4_9_means",
                        "table_4_10_anova",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ).filter(lambda one: isinstance(one, dict))
)
def test_any_json_is_audited_or_refused_with_reasons(given_):
    try:
        audit(read_published(json.dumps(given_), "any.json"))
    except BadInput as error:
        assert error.problems


def test_a_table_without_any_number_has_no_findings():
    text = '[[counts]]\nkey = "1"\ncolumns = ["x"]\n[[counts.row]]\nlabel = "a"\ncounts = [""]\n'
    assert audit(read_published(text, "file.toml")).serious == ()
