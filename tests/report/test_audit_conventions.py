"""Honest tables in the conventions of real reports: pasted, recognised and audited, they accuse nobody; with one
figure changed they are still found out.
"""

from __future__ import annotations

import pytest

from openhall.report.audit_cells import split
from openhall.report.audit_recognise import published_from, recognise
from openhall.report.audit_tables import tables_from_text
from openhall.stats.audit import Audit, audit
from openhall.stats.audit.published import Published
from openhall.stats.audit.reading import published_of

HONEST = {
    "per cent inside brackets": "Sex\tYes\tNo\nMen\t30 (60.0%)\t20 (40.0%)\nWomen\t10 (33.3%)\t20 (66.7%)",
    "of the column": "Sex\tYes\t%\tNo\t%\nMen\t30\t75.0\t20\t50.0\nWomen\t10\t25.0\t20\t50.0\nTotal\t40\t100\t40\t100",
    "of the table": "Sex\tYes\t%\tNo\t%\nMen\t30\t37.5\t20\t25.0\nWomen\t10\t12.5\t20\t25.0",
    "total with percentages": "Sex\tYes n\tYes %\tNo n\tNo %\tTotal n\tTotal %\n"
    "Men\t30\t60.0\t20\t40.0\t50\t62.5\nWomen\t10\t33.3\t20\t66.7\t30\t37.5\nTotal\t40\t50.0\t40\t50.0\t80\t100.0",
    "brackets in the total": "Sex\tYes\tNo\tTotal\nMen\t30 (60.0)\t20 (40.0)\t50 (100.0)\n"
    "Women\t10 (33.3)\t20 (66.7)\t30 (100.0)\nTotal\t40 (50.0)\t40 (50.0)\t80 (100.0)",
    "full width": "性别\t满意\t％\t一般\t％\n"
    "男\t３０\t６０.０％\t２０\t４０.０％\n女\t１０\t３３.３％\t２０\t６６.７％",
    "decimal commas": "Sex\tYes\t%\tNo\t%\nMen\t30\t60,0\t20\t40,0\nWomen\t10\t33,3\t20\t66,7",
    "thousands": "Sex\tYes\tNo\tTotal\n"
    "Men\t3,000\t2,000\t5,000\nWomen\t1,000\t2,000\t3,000\nTotal\t4,000\t4,000\t8,000",
    "weighted counts": "Sex\tYes\t%\tNo\t%\nMen\t30.4\t60.1\t20.2\t39.9\nWomen\t10.3\t33.7\t20.3\t66.3",
    "valid per cent": "Age\tFrequency\tPercent\tValid percent\tCumulative percent\nyoung\t30\t50.0\t60.0\t60.0\n"
    "old\t20\t33.3\t40.0\t100.0\nMissing\t10\t16.7\t\t\nTotal\t60\t100.0\t100.0\t",
    "several answers": "Channel\tn\t%\nweb\t30\t60.0\nphone\t20\t40.0\noffice\t25\t50.0\nN\t50\t",
    "thirds": "Age\tn\t%\na\t10\t33.3\nb\t10\t33.3\nc\t10\t33.3\nTotal\t30\t100.0",
    "rows with several answers": "Sex\tWeb\t%\tPhone\t%\tOffice\t%\n"
    "Men\t30\t60.0\t20\t40.0\t25\t50.0\nWomen\t20\t50.0\t16\t40.0\t20\t50.0",
    "p in all forms": "Variable\tchi-square\tdf\tSig.\nA\t38.36\t2\t<.001\nB\t3.84\t1\t.05\nC\t50.36\t2\t0.000\n"
    "D\t0.36\t2\tn.s.\nE\t6.5\t2\t.039*\nF\t13.9\t1\t0.000***",
}


def published(text: str, **more: object) -> Published:
    grids = tables_from_text(text)
    found = [one for number, grid in enumerate(grids, 1) if (one := recognise(grid, number))]
    assert len(found) == len(grids) > 0
    return published_from(found, "pasted", **more)


def audited(text: str, **more: object) -> Audit:
    return audit(published(text, **more))


def found_in(text: str, **more: object) -> list[str]:
    return [one.code.value for one in audited(text, **more).serious]


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_table_accuses_nobody(name: str) -> None:
    assert found_in(f"表4—3 {name}\n{HONEST[name]}") == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("per cent inside brackets", "33.3%", "38.3%"),
        ("brackets in the total", "Women\t10 ", "Women\t11 "),
        ("full width", "６６.７", "６９.７"),
        ("decimal commas", "33,3", "38,3"),
        ("thousands", "5,000", "5,100"),
        ("weighted counts", "39.9", "42.9"),
        ("valid per cent", "60.0\t60.0", "63.0\t63.0"),
        ("several answers", "40.0", "46.0"),
        ("thirds", "b\t10", "b\t18"),
        ("p in all forms", "2\t.0", "2\t.2"),
    ],
)
def test_one_changed_figure_in_it_is_found(name: str, old: str, new: str) -> None:
    assert old in HONEST[name]
    assert found_in(f"Table 1\n{HONEST[name].replace(old, new)}")


def test_a_percentage_without_its_count_keeps_its_column() -> None:
    text = "Table 1\nSex\tYes\tNo\tOther\nMen\t30 (60.0%)\t10 (20.0%)\t10 (20.0%)\nWomen\t10 (33%)\t20 (67%)\t(0%)"
    (table,) = published(text).counts
    assert table.columns == ("Yes", "No", "Other")
    assert table.counts[1][2] is None
    assert split("（10％）") == ("", "10%")


def test_empty_cells_at_the_ends_of_a_line_keep_their_places() -> None:
    trailing = tables_from_text("Table 3\nSex\tYes\tNo\t\nMen\t3\t7\t\nWomen\t5\t5\tsee text")
    assert [row[:3] for row in trailing[0].rows] == [
        ("Sex", "Yes", "No"),
        ("Men", "3", "7"),
        ("Women", "5", "5"),
    ]
    bars = tables_from_text("Table 3\n|  | Yes | No |\n|---|---|---|\n| Men | 3 | 7 |\n| Women | 5 | |")
    assert bars[0].rows == (("", "Yes", "No"), ("Men", "3", "7"), ("Women", "5", ""))
    lost = tables_from_text("Table 3\nSex\tYes\tNo\nMen\t3\t7\tyes\nWomen\t5\t5\tno")
    assert lost[0].rows[0] == ("Sex", "Yes", "No", "")


def test_empty_lines_between_all_rows_do_not_part_a_table() -> None:
    (grid,) = tables_from_text("Table 3 Age\n\nAge\tYes\tNo\n\nA\t10\t10\n\nB\t5\t5\n")
    assert grid.rows == (("Age", "Yes", "No"), ("A", "10", "10"), ("B", "5", "5"))
    two = tables_from_text("Age  Yes  No\nA  1  2\nB  3  4\n\nSex  Yes  No\nM  1  2\nF  3  4\n")
    assert [len(grid.rows) for grid in two] == [3, 3]


def test_a_table_split_over_two_pages_is_one() -> None:
    text = (
        "Table 3 Age\nAge\tYes\tNo\nA\t10\t10\nB\t5\t5\n\nTable 3 (continued)\nAge\tYes\tNo\nC\t7\t8\nD\t5\t5"
    )
    (table,) = published(text).counts
    assert table.rows == ("A", "B", "C", "D")


def test_the_mean_below_a_table_of_means_is_audited() -> None:
    text = "Table 5\nScale\tItem 1 mean\tItem 2 mean\tMean\nA\t2.90\t2.80\t2.85\nB\t3.00\t2.90\t2.95\nTotal\t\t\t{}"
    assert found_in(text.format("2.90")) == []
    assert found_in(text.format("3.40")) == ["total_mean"]


def test_a_kind_may_be_asked_for() -> None:
    (grid,) = tables_from_text("Table 1\nRoom\tn\t%\nsmall\t30\t12.0\nlarge\t20\t15.0")
    assert recognise(grid) is None  # rates, for all the table says
    assert recognise(grid, 1, "counts") is not None
    assert recognise(grid, 1, "alpha") is None


def test_answers_in_another_order_or_cut_otherwise_are_not_compared_place_by_place() -> None:

    def table(key: str, answers: list[str], counts: list[list[int]]) -> dict[str, object]:
        rows = [{"label": f"{key}{k}", "counts": line} for k, line in enumerate(counts)]
        return {"key": key, "column_variable": "overall", "columns": answers, "row": rows}

    first = table("1", ["Yes", "No", "Maybe"], [[30, 20, 5], [10, 20, 5]])
    second = table("2", ["No", "yes ", "Maybe"], [[20, 25, 5], [20, 15, 5]])
    other = table("3", ["Yes", "No", "Never"], [[20, 15, 10], [20, 15, 10]])
    wrong = table("2", ["No", "Yes", "Maybe"], [[25, 20, 5], [20, 15, 5]])
    assert audit(published_of({"n": "90", "counts": [first, second, other]}, "x", [])).serious == ()
    found = audit(published_of({"n": "90", "counts": [first, wrong]}, "x", [])).serious
    assert [one.code.value for one in found] == ["margins_differ"]
    assert found[0].values["columns"] == ("Yes", "No")
