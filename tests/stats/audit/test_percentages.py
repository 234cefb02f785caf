"""Percentages follow from counts; totals are sums; what does not is mended where only one repair does it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.stats.audit.right_report import Style, as_text, report
from tests.stats.audit.small import audited, codes, serious, table

from openhall.stats.audit import audit, grids, read_published
from openhall.stats.audit.findings import Code, Severity, Why
from openhall.stats.audit.mending import Effort


def test_right_percentages_pass_with_any_base():
    assert codes(table([([1, 2], ["33.3", "66.7"]), ([5, 3], [62.5, 37.5])])) == []
    assert codes(table([([1, 2], ["16.7", 40]), ([5, 3], ["83.3", 60])], more='base = "column"')) == []
    assert codes(table([([1, 2], ["9.1", "18.2"]), ([5, 3], ["45.5", "27.3"])], more='base = "total"')) == []


def test_a_wrong_count_is_mended_by_the_only_value_all_percentages_allow():
    (found,) = audited(table([([18, 54, 34, 8], [16.7, "50.0", 25.9, 7.4])])).serious
    assert (found.code, found.severity) == (Code.PERCENTS, Severity.ERROR)
    assert [(cell.place.column, cell.old, cell.new) for cell in found.repair] == [("x2", "34", "28")]


def test_a_table_with_too_much_to_try_is_answered_without_a_repair():
    counts = [500, *range(10, 190)]
    endless, hopeless = (counts, ["1", *[""] * 180]), (counts, ["1", "9", *[""] * 179])
    found = audited(table([endless, hopeless], more='base = "row"')).of(Code.PERCENTS)[-1]
    assert found.place.row == "b"
    assert [one.why for one in found.explanation] == [Why.NOT_SEARCHED]
    assert found.repair == ()


def test_the_search_for_repairs_is_bounded_over_all_tables():
    effort, spent = Effort(100), 0
    while effort.spend(30):
        spent += 1
    assert spent == 3 and not effort.spend(1)


def test_bases_leave_one_cell_aside():
    published = read_published(table([([10, 20, 70], ["10", "21", "70"])]), "a.toml")
    (one,) = published.counts
    (share,) = grids.shares(one)
    found = grids.bases_without(one, share, grids.grid_of(one))
    low, high = grids.base_between(one, share, grids.grid_of(one))
    assert low > high  # all three together cannot be
    low, high = found[(0, 1)]
    assert low <= 100 <= high  # without the wrong one they can
    assert found[(0, 0)][0] > found[(0, 0)][1]


def test_two_exchanged_counts_are_put_back():
    (found,) = audited(table([([20, 30, 50], ["30.0", "20.0", "50.0"])])).serious
    assert [one.why for one in found.explanation] == [Why.SWAP]


def test_where_several_repairs_would_do_none_is_proposed():
    (found,) = audited(table([([2, 2], [33, 67])])).serious
    assert found.repair == ()
    assert found.explanation[0].values == {"options": 2}


def test_percentages_that_follow_from_one_other_base_are_a_note_that_names_it():
    """Missing answers that are not shown, for instance."""
    (found,) = audited(table([([30, 30, 30], ["25.0", "25.0", "25.0"])])).findings
    assert (found.severity, found.explanation[0].why, found.explanation[0].values) == (
        Severity.NOTE,
        Why.OTHER_BASE,
        {"base": 120},
    )


def test_one_wrong_percentage_among_right_ones_stays_an_error():
    (found,) = audited(table([([30, 30, 30], ["33.3", "33.3", "30.0"])])).findings
    assert found.severity is Severity.ERROR


def test_percentages_all_cut_off_are_a_note():
    assert codes(table([([1, 2], ["33.3", "66.6"])])) == [("percents_cut_off", "note")]


def test_percentages_adjusted_to_reach_100_are_a_warning():
    (found,) = audited(table([([1, 1, 1], [33, 33, 34])])).findings
    assert (found.code, found.severity) == (Code.PERCENTS_NEAR, Severity.WARNING)
    assert found.explanation[0].why is Why.ADJUSTED


def test_a_blank_cell_is_filled_from_its_percentage():
    (found,) = audited(table([([2, 8, 8, "", 0], [10, 40, 40, 10, 0])])).serious
    assert found.code is Code.BLANK_CELL
    assert found.repair[0].new == "2"


def test_a_blank_cell_is_filled_from_the_total_where_there_are_no_percentages():
    text = table([([2, ""], []), ([3, 4], [])], more="column_totals = [5, 9]")
    (found,) = audited(text).serious
    assert (found.code, found.repair[0].new) == (Code.BLANK_CELL, "5")


def test_percentages_without_counts_must_reach_100():
    assert serious(table([(["", "", ""], [33.3, 33.3, 33.3])])) == []
    assert serious(table([(["", "", ""], [33.3, 33.3, 43.3])])) == ["percent_sum"]
    assert serious(table([(["", "", ""], [60, 50, 40])], more="several_answers = true")) == []


def test_a_wrong_printed_total_is_found_and_mended():
    (found,) = audited(table([([1, 2], []), ([3, 4], [])], more="column_totals = [4, 7]")).serious
    assert (found.code, found.printed, found.values["sum"]) == (Code.LINE_TOTAL, "7", 6)
    assert found.explanation[0].values == {"old": "7", "new": "6"}
    assert serious(table([([1, 2], [])], more="total = 4")) == ["grand_total"]


def test_one_wrong_cell_is_found_from_both_totals():
    rows = '[[counts]]\nkey = "1"\ncolumns = ["x", "y"]\ncolumn_totals = [40, 60]\n' + "".join(
        f'[[counts.row]]\nlabel = "{label}"\ncounts = {counts}\ntotal = {total}\n'
        for label, counts, total in (("a", [10, 25], 30), ("b", [30, 40], 70))
    )
    found = audited(rows).serious
    assert {one.code for one in found} == {Code.LINE_TOTAL}
    assert {(cell.place.row, cell.place.column, cell.new) for one in found for cell in one.repair} == {
        ("a", "y", "20")
    }


def test_weighted_counts_may_miss_their_sums_by_rounding():
    text = table([([1, 2], ["33.9", "66.1"]), ([3, 4], [])], more="column_totals = [5, 6]\nweighted = true")
    assert serious(text) == []
    assert serious(text.replace("weighted = true", "")) != []


def test_answers_of_several_choices_are_not_summed_across():
    text = table([([60, 50], ["60.0", "50.0"])], more="several_answers = true") + "total = 100\n"
    assert serious(text) == []


def test_equal_rows_of_large_counts_are_noted():
    assert codes(table([([10, 20, 30, 41], []), ([10, 20, 30, 41], [])])) == [("rows_equal", "note")]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.data())
def test_a_changed_count_in_a_table_with_totals_is_always_found(seed, data):
    given_report = report(seed, Style(percents=2), totals=True)
    changed = data.draw(st.sampled_from(given_report["counts"]))
    row = data.draw(st.sampled_from(changed["row"]))
    place = data.draw(st.integers(0, len(row["counts"]) - 1))
    row["counts"][place] += data.draw(st.integers(1, 9))
    found = audit(read_published(as_text(given_report), "wrong.json"))
    assert any(one.place.table == changed["key"] for one in found.serious)


@pytest.mark.parametrize("counts", [[[0, 0], [0, 0]], [[0, 0], [3, 4]]])
def test_empty_rows_are_no_error(counts):
    assert serious(table([(row, ["", ""]) for row in counts])) == []
