"""The same answers have the same totals in every table; sizes in the text are those of the tables."""

from tests.stats.audit.small import audited, codes, serious, table

from openhall.stats.audit.findings import Code, Severity, Why

SAME = 'column_variable = "overall"'
ONE = table([([10, 20], []), ([30, 40], [])], key="1", more=SAME + '\nrow_variable = "sex"')
TWO = table([([20, 10], []), ([20, 50], [])], key="2", more=SAME)


def test_tables_with_the_same_totals_agree():
    assert codes("n = 100\n" + ONE + TWO) == []


def test_a_table_with_other_totals_is_named_with_the_exchange_that_mends_it():
    wrong = table([([11, 25, 14], []), ([29, 15, 6], [])], key="3", more=SAME)
    right = [table([([11, 15, 24], []), ([29, 15, 6], [])], key=key, more=SAME) for key in ("1", "2")]
    (found,) = audited("n = 100\n" + "".join(right) + wrong).serious
    assert (found.code, found.place.table) == (Code.MARGINS_DIFFER, "3")
    assert found.values["there"] == ("30", "30")


def test_missing_answers_are_no_error():
    fewer = table([([19, 10], []), ([20, 49], [])], key="3", more=SAME)
    assert codes("n = 100\n" + ONE + TWO + fewer) == [("table_n", "note")]


def test_equal_totals_of_incomplete_tables_may_hold_other_people():
    one = table([([19, 10], []), ([20, 49], [])], key="3", more=SAME)
    two = table([([18, 10], []), ([20, 50], [])], key="4", more=SAME)
    assert serious("n = 100\n" + one + two) == []


def test_more_people_than_were_asked_cannot_be():
    assert serious("n = 99\n" + table([([10, 20], []), ([30, 40], [])])) == ["table_n"]


def test_group_sizes_of_the_text_are_compared_by_order():
    text = '[[sample]]\nvariable = "sex"\nsizes = [30, 71]\n'
    found = audited("n = 100\n" + ONE + TWO + text)
    assert [one.code for one in found.serious] == [Code.GROUPS_SUM, Code.GROUP_SIZE]
    assert found.of(Code.GROUP_SIZE)[0].explanation[0].why is Why.TABLE_RIGHT


def test_a_size_below_the_tables_is_an_error():
    text = '[[sample]]\nvariable = "sex"\nsizes = [29, 70]\n'
    found = audited("n = 100\n" + ONE + TWO + text)
    (size,) = found.of(Code.GROUP_SIZE)
    assert (size.severity, size.printed, size.values["size"]) == (Severity.ERROR, "29", 30)


def test_groups_are_matched_by_their_words_where_some_are_left_out():
    rows = '[[counts]]\nkey = "1"\nrow_variable = "job"\ncolumns = ["x"]\n' + "".join(
        f'[[counts.row]]\nlabel = "{label}"\ncounts = [{count}]\n'
        for label, count in (("Farmer", 50), ("Office worker", 30), ("Cadre", 20))
    )
    text = '[[sample]]\nvariable = "job"\nlabels = ["farmers", "office workers"]\nsizes = [49, 30]\n'
    found = audited("n = 100\n" + rows + text)
    assert [(one.place.column, one.values["size"]) for one in found.of(Code.GROUP_SIZE)] == [("farmers", 50)]
    (left,) = found.of(Code.GROUPS_SUM)
    assert left.explanation[0].values == {"labels": ("Cadre",)}
    assert left.explanation[0].why is Why.LEFT_OUT


def test_shares_of_the_text_follow_from_the_table():
    good = '[[sample]]\nvariable = "sex"\npercents = [30.0, 70.0]\n'
    bad = '[[sample]]\nvariable = "sex"\npercents = [35.0, 65.0]\n'
    assert serious("n = 100\n" + ONE + good) == []
    assert serious("n = 100\n" + ONE + bad) == ["group_percent", "group_percent"]


def test_shares_must_reach_100():
    assert serious('[[sample]]\nvariable = "census"\npercents = [51.27, 48.73]\nparts_only = true') == []
    assert serious('[[sample]]\nvariable = "census"\npercents = [51.27, 58.73]\nparts_only = true') == [
        "shares_sum"
    ]


def test_another_number_of_respondents_is_named():
    assert serious('n = 300\n[[claimed_n]]\nplace = "abstract"\nn = 330') == ["claimed_n"]
    assert serious('n = 300\n[[claimed_n]]\nplace = "abstract"\nn = 300') == []
