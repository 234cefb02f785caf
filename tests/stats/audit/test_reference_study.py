"""The nine groups of findings in the reference study's printed figures, each with its explanation."""

from __future__ import annotations

from importlib import resources

import pytest

from openhall.stats.audit import audit, read_published
from openhall.stats.audit.findings import Code, Severity, Why

TEXT = resources.files("openhall").joinpath("data/published_2018.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def study():
    return audit(read_published(TEXT, "published_2018.toml"))


def at(audit, code, *place):
    """The findings of a code at a place, whatever is left open."""
    return [
        one
        for one in audit.of(code)
        if (one.place.table, one.place.row, one.place.column)[: len(place)] == place
    ]


def repairs(audit):
    return {
        (cell.place.table, cell.place.row, cell.place.column): (cell.old, cell.new)
        for one in audit.findings
        for cell in one.repair
    }


def whys(found):
    return [one.why for one in found.explanation]


def test_1_five_of_six_chi_squares_follow_with_150_people(study):
    (found,) = study.of(Code.OTHER_N)
    assert (found.values["n"], found.values["claimed"]) == (150, 300)
    assert (found.values["tests"], found.values["of"]) == (5, 6)
    assert found.values["tables"] == ("4-3", "4-4", "4-5", "4-7", "4-8")
    right = {one.place.row: one.values["chi2"] for one in study.of(Code.CHI2)}
    expected = {"gender": 8.275, "age": 24.150, "education": 34.795, "occupation": 174.123, "income": 153.239}
    assert {key: round(right[key], 3) for key in expected} == expected
    for one in study.of(Code.CHI2):
        assert (Why.OTHER_N in whys(one)) == (one.place.row != "political_status")


def test_1_with_300_people_education_would_be_significant(study):
    (found,) = at(study, Code.CHI2, "4-2", "education")
    assert found.severity is Severity.DECISION_ERROR
    assert found.values["p"] == pytest.approx(0.0005, abs=5e-5)


def test_2_every_count_is_even(study):
    (found,) = study.of(Code.COMMON_FACTOR)
    values = found.values
    assert (values["factor"], values["cells"], values["counts"], values["blank"]) == (2, 160, 159, 1)
    assert values["chance"] < 1e-15
    assert found.explanation[0].values == {"factor": 2, "n": 150}


def test_3_the_p_of_political_status_is_807(study):
    (found,) = at(study, Code.P, "4-2", "political_status")
    assert found.severity is Severity.DECISION_ERROR
    assert found.values["p"] == pytest.approx(0.807, abs=5e-4)


def test_4_the_analysis_of_variance_has_its_roles_exchanged(study):
    (found,) = study.of(Code.ANOVA_SWAPPED)
    values = found.values
    assert (values["wrong"], values["of"], values["follow"], values["n"]) == (19, 24, 20, 150)
    assert dict(zip(values["dependents"], values["dfs"], strict=True)) == {
        "SE": "10",
        "SQ": "6",
        "IM": "9",
        "SP": "8",
    }
    assert len(study.of(Code.ANOVA_P)) == 19


def test_4_four_printed_p_below_05_are_not(study):
    wrong = {
        (one.place.row, one.place.column)
        for one in study.of(Code.ANOVA_P)
        if one.severity is Severity.DECISION_ERROR
    }
    assert wrong == {("SQ", "income"), ("IM", "gender"), ("IM", "political_status"), ("IM", "income")}


def test_5_the_cells_that_do_not_fit_are_mended(study):
    assert repairs(study) == {
        ("4-6", "Communist Party of China", "Less satisfied"): ("", "2"),
        ("4-7", "15,001–50,000 yuan", "Not satisfied"): ("10", "12"),
        ("4-7", "No income", "Less satisfied"): ("4", "0"),
        ("4-7", "No income", "More satisfied"): ("0", "4"),
        ("4-8", "Farmer", "Less satisfied"): ("34", "28"),
        ("4-8", "Self-employed", "Very satisfied"): ("6", "4"),
        ("4-8", "Self-employed", "More satisfied"): ("4", "6"),
    }


def test_5_the_percentages_of_the_self_employed_are_those_of_another_row(study):
    (found,) = at(study, Code.PERCENTS, "4-8", "Self-employed")
    assert whys(found) == [Why.PERCENTS_OF, Why.SWAP]
    assert found.explanation[0].values == {"row": "90,001–100,000 yuan", "table": "4-7"}
    assert found.explanation[1].values["checks"] == ("columns", "chi2")


def test_5_the_four_without_income_belong_under_more_satisfied(study):
    (found,) = at(study, Code.MARGINS_DIFFER, "4-7")
    belongs = next(one for one in found.explanation if one.why is Why.BELONGS)
    assert (belongs.values["first"], belongs.values["second"]) == ("Less satisfied", "More satisfied")


def test_5_the_totals_of_table_4_6_differ_and_no_single_repair_mends_them(study):
    (found,) = at(study, Code.MARGINS_DIFFER, "4-6")
    assert whys(found) == [Why.UNEXPLAINED]
    assert found.severity is Severity.ERROR


def test_6_sums_that_do_not_add_up(study):
    (found,) = study.of(Code.SUM)
    assert (found.printed, found.values["sum"]) == ("400", 398)
    sizes = {one.place.column: (one.printed, one.values["size"]) for one in study.of(Code.GROUP_SIZE)}
    assert sizes["workers"] == ("51", 52)
    assert sizes["self employed"] == ("21", 20)
    assert sizes["other"] == ("9", 10)
    (left,) = study.of(Code.GROUPS_SUM)
    assert left.explanation[0].values == {"labels": ("Regional and above cadre",)}


def test_7_an_item_mean_is_missing_and_a_total_is_an_average_of_averages(study):
    (missing,) = study.of(Code.ITEM_MISSING)
    assert (missing.values["printed"], missing.values["items"]) == (4, 5)
    (rounding,) = study.of(Code.MEAN_BY_ROUNDING)
    assert rounding.severity is Severity.NOTE
    assert round(rounding.values["mean"], 3) == 2.953
    (average,) = study.of(Code.AVERAGE_OF_AVERAGES)
    assert round(average.values["direct"], 3) == 2.987


def test_8_the_middle_of_the_scale_is_3(study):
    (found,) = study.of(Code.MIDPOINT)
    assert (found.printed, found.values["midpoint"]) == ("2.5", 3)
    assert found.values["between"] == ("SE 2.91", "SQ 2.96", "IM 2.93")


def test_9_small_expected_counts_are_not_reported(study):
    counts = {one.place.row: (one.values["below"], one.values["cells"]) for one in study.of(Code.EXPECTED)}
    assert counts == {
        "age": (14, 25),
        "gender": (1, 10),
        "education": (8, 20),
        "political_status": (10, 20),
        "income": (22, 40),
        "occupation": (27, 45),
    }
    with_150 = {one.place.row: one.values["below_other"] for one in study.of(Code.EXPECTED)}
    assert with_150 == {
        "age": 15,
        "gender": 4,
        "education": 10,
        "political_status": 14,
        "income": 31,
        "occupation": 35,
    }


def test_the_same_is_found_without_the_sentences_of_the_text(study):
    tables_only = TEXT.split("# What the study's text says")[0]
    again = audit(read_published(tables_only, "published.toml"))
    assert again.findings == study.findings


def test_another_sample_gets_no_sentences_of_this_study():
    tables_only = TEXT.split("# What the study's text says")[0].replace("[160, 140]", "[161, 139]")
    again = audit(read_published(tables_only, "published.toml"))
    assert not again.of(Code.SUM) and not again.of(Code.MIDPOINT)


def test_the_mended_study_keeps_only_what_its_counts_still_contradict():
    """With the proposed cells in place the tables agree; the chi-squares still want 150 people."""
    mended = TEXT
    for old, new in (
        ("[2, 8, 8, -1, 0]", "[2, 8, 8, 2, 0]"),
        ("counts = [0, 4, 10, 10, 10]", "counts = [0, 4, 10, 10, 12]"),
        (
            "counts = [0, 0, 6, 4, 0], percent = [0, 0, 60, 40, 0]",
            "counts = [0, 4, 6, 0, 0], percent = [0, 40, 60, 0, 0]",
        ),
        ("[0, 18, 54, 34, 8]", "[0, 18, 54, 28, 8]"),
        (
            "[6, 4, 10, 0, 0], percent = [13.6, 27.3, 45.5, 13.6, 0]",
            "[4, 6, 10, 0, 0], percent = [20, 30, 50, 0, 0]",
        ),
    ):
        assert old in mended
        mended = mended.replace(old, new)
    found = audit(read_published(mended, "mended.toml"))
    assert not found.of(Code.PERCENTS) and not found.of(Code.BLANK_CELL)
    assert [one.place.table for one in found.of(Code.MARGINS_DIFFER)] == ["4-6"]
    assert found.of(Code.OTHER_N)[0].values["tests"] == 5
