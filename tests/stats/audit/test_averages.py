"""Means of items, of dimensions, of the whole; the middle of the scale."""

from tests.stats.audit.small import audited, codes, serious, table

from openhall.stats.audit.findings import Code, Severity


def means(*rows, total=None):
    text = "".join(
        f'[[means]]\nplace = "9"\nkey = "{key}"\nitems = {items}\nmean = {mean}\nexpected = {expected}\n'
        for key, items, mean, expected in rows
    )
    return text + (f'[[total_mean]]\nplace = "9"\nmean = {total}\n' if total else "")


def test_a_mean_that_rounding_explains_passes():
    assert codes(means(("SQ", [2.99, 2.96, 2.91], 2.96, 3))) == []


def test_a_mean_inside_its_items_is_a_warning_and_outside_an_error():
    inside = audited(means(("SQ", [2.99, 2.96, 2.91], 2.98, 3))).serious
    outside = audited(means(("SQ", [2.99, 2.96, 2.91], 3.20, 3))).serious
    assert [one.severity for one in (*inside, *outside)] == [Severity.WARNING, Severity.ERROR]


def test_a_missing_item_is_implied_by_the_mean():
    (found,) = audited(means(("SE", [2.90, 2.83, 2.88, 2.97], 2.91, 5))).serious
    assert found.code is Code.ITEM_MISSING
    assert round(found.explanation[0].values["mean"], 2) == 2.97


def test_an_average_of_averages_is_a_note_where_weighting_by_items_differs():
    rows = [("A", [2.0, 2.0, 2.0, 2.0], 2.0, 4), ("B", [4.0], 4.0, 1)]
    assert codes(means(*rows, total="3.0")) == [("average_of_averages", "note")]
    assert codes(means(*rows, total="2.4")) == []
    assert codes(means(*rows, total="3.7")) == [("total_mean", "warning")]


def test_a_mean_outside_the_scale_is_an_error():
    assert serious("scale = [1, 5]\n" + means(("A", [5.2, 5.4], "5.30", 2))) == ["mean_range"] * 3


def test_the_middle_of_a_scale():
    text = "[[midpoint]]\nlow = 1\nhigh = 5\nclaimed = {}\n"
    assert serious(text.format("3.0")) == []
    assert serious(text.format("2.5")) == ["midpoint"]


def test_the_overall_mean_comes_from_the_question_itself():
    text = means(
        ("A", [2.0, 2.0], "2.0", 2), ("B", [4.0, 4.0], "4.0", 2), total='"3.0"\noverall_variable = "overall"'
    )
    counts = table([([10, 20], []), ([30, 40], [])], more='column_variable = "overall"\nscores = [2, 1]')
    (found,) = audited(text + counts).of(Code.AVERAGE_OF_AVERAGES)
    assert round(found.values["direct"], 2) == 1.4
