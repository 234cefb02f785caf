"""The workbench computes from counted tables what the procedures compute from rows."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import numpy as np
import pytest
from tests.report.conftest import DATA, STUDY
from tests.report.small import asking, choice, scale

from openhall.engines.columns import CHANNELS, codes_of, columns_of, encode, specs_of
from openhall.engines.memory import Memory
from openhall.errors import BadInput
from openhall.report.document import Caution, Figure, Manner, Paragraph
from openhall.report.pen import Pen
from openhall.report.procedures.figures import plain
from openhall.report.procedures.reading import read_data
from openhall.report.workbench.answer import Bench, worked
from openhall.report.workbench.asked import METHODS, Wanted, fitting, wanted
from openhall.report.workbench.charts import _nice
from openhall.report.workbench.files import lines, machine
from openhall.report.workbench.variables import Kind, Variable, about_sheet, variables_of
from openhall.stats.axes import Coded, Day
from openhall.stats.correlation import correlation
from openhall.stats.counted import Counted
from openhall.stats.crosstab import crosstab
from openhall.stats.descriptives import descriptives
from openhall.stats.frequencies import frequencies
from openhall.stats.goodness import goodness_of_values
from openhall.stats.oneway import oneway
from openhall.stats.ranks import kruskal
from openhall.stats.ranktests import mannwhitney, wilcoxon
from openhall.stats.regression import regression
from openhall.stats.reliability import reliability
from openhall.stats.ttest import independent, paired
from openhall.surveys import questionnaire as q
from openhall.surveys.questionnaire import Questionnaire
from openhall.surveys.sheets import Sheets

PEN = Pen("en")


@pytest.fixture(scope="module")
def variables(study: Questionnaire) -> tuple[Variable, ...]:
    return variables_of(study)


@pytest.fixture(scope="module")
def tables(study: Questionnaire, sheets: Sheets) -> Counted:
    return counted_of(study, sheets.answers)


@pytest.fixture(scope="module")
def column(study: Questionnaire) -> Any:
    """The rows themselves: a column, or the score of a dimension, as arrays take it."""
    data = read_data(DATA, STUDY, everything=True)
    members = {section.key: [one.key for one in section.questions] for section in study.sections}

    def find(key: str) -> np.ndarray:
        if key in members:
            items = np.column_stack([data.one(one).values for one in members[key]])
            many, total = (~np.isnan(items)).sum(axis=1), np.nansum(items, axis=1)
            return np.where(many > 0, 1 + (total - many) / np.maximum(many, 1), np.nan)
        if key == "total":
            scores = np.column_stack([find(one) for one in ("SE", "SQ", "IM", "SP")])
            return np.round(np.nanmean(scores, axis=1), 12)  # equal means are equal; tables have them exactly
        return data.one(key).values

    return find


def counted_of(questionnaire: Questionnaire, answers: Any, **more: np.ndarray) -> Counted:
    codes = {**codes_of(specs_of(questionnaire)), "channel": CHANNELS}
    return Counted(Memory({**encode(questionnaire, answers), **more}, codes), columns_of(questionnaire))


def ask(tables: Counted, variables: tuple[Variable, ...], lang: str = "en", **given: Any) -> Bench:
    asked = question(variables, **given)
    return worked(Counted(tables.engine, tables.columns, where=asked.where), asked, Pen(lang))


def question(variables: tuple[Variable, ...], **given: Any) -> Wanted:
    names = {name.replace("_", "."): value for name, value in given.items()}
    return wanted({k: [v] if isinstance(v, str) else v for k, v in names.items()}, variables)


def same(found: Any, wanted_figures: Any, place: str = "") -> None:
    """Equal figures, numbers to ten digits."""
    if isinstance(wanted_figures, dict):
        for key, value in wanted_figures.items():
            if key not in ("method", "durbin_watson"):
                same(found[key], value, f"{place}.{key}")
    elif isinstance(wanted_figures, list):
        assert len(found) == len(wanted_figures), place
        for number, (one, other) in enumerate(zip(found, wanted_figures, strict=True)):
            same(one, other, f"{place}[{number}]")
    elif isinstance(wanted_figures, float):
        assert found == pytest.approx(wanted_figures, rel=1e-10, abs=1e-12), place
    else:
        assert found == wanted_figures, place


@pytest.mark.parametrize("pair", [("q1", "q2"), ("q6", "q3"), ("s1", "s2")])
def test_two_choices_give_the_figures_of_the_cross_table_of_rows(tables, variables, column, pair):
    rows, columns = (next(one for one in variables if one.key == key) for key in pair)
    codes = [[level.code for level in one.levels] for one in (rows, columns)]
    of_rows = crosstab(
        column(rows.key),
        column(columns.key),
        *codes,
        row_ordered=rows.ordered,
        column_ordered=columns.ordered,
    )
    found = ask(tables, variables, rows=rows.key, columns=columns.key)
    same(found.figures, {k: v for k, v in plain(of_rows).items() if k not in ("n", "missing")})
    assert found.figures["n"] == of_rows.n and found.figures["missing"] == of_rows.missing


@pytest.mark.parametrize(("factor", "measured"), [("q1", "s16"), ("q6", "SQ"), ("q2", "total")])
def test_a_background_and_a_score_give_the_analysis_of_variance_of_rows(
    tables, variables, column, factor, measured
):
    codes = [level.code for level in next(one for one in variables if one.key == factor).levels]
    of_rows = oneway(column(measured), column(factor), codes)
    for given in ({"rows": factor, "columns": measured}, {"rows": measured, "columns": factor}):
        figures = ask(tables, variables, **given).figures
        same(figures["anova"], plain(of_rows.anova))
        same(figures["welch"], plain(of_rows.welch))
        same(figures["levene_mean"], plain(of_rows.levene_mean))
        same(figures["groups"], plain(of_rows.groups.groups))
        same(figures["games_howell"], plain(of_rows.games_howell))
        assert figures["recommended"] == of_rows.recommended
    ranks = ask(tables, variables, rows=factor, columns=measured, how="kruskal").figures
    same(ranks["chi2"], plain(kruskal(column(measured), column(factor), codes).chi2))


def test_two_groups_give_the_t_test_and_the_rank_test_of_rows(tables, variables, column):
    test = independent(column("SE"), column("q1"), (1, 2))
    same(ask(tables, variables, rows="q1", columns="SE", how="ttest").figures["welch"], plain(test.welch))
    rank = mannwhitney(column("SE"), column("q1"), (1, 2))
    found = ask(tables, variables, rows="q1", columns="SE", how="mannwhitney").figures
    same(found["z"], rank.z)
    same(found["p_asymptotic"], rank.p_asymptotic)


@pytest.mark.parametrize("kind", ["pearson", "spearman", "kendall"])
@pytest.mark.parametrize("pair", [("SE", "SQ"), ("s1", "total")])
def test_two_scores_give_the_correlation_of_rows(tables, variables, column, kind, pair):
    of_rows = correlation(column(pair[0]), column(pair[1]), kind=kind, names=pair)
    found = ask(tables, variables, rows=pair[0], columns=pair[1], how=kind)
    same(found.figures["pairs"][0], plain(of_rows))


def test_the_same_people_give_the_paired_tests_of_rows(tables, variables, column):
    found = ask(tables, variables, rows="SE", columns="IM", how="paired").figures
    same(found["test"], plain(paired(column("SE"), column("IM")).test))
    ranks = ask(tables, variables, rows="SE", columns="IM", how="wilcoxon").figures
    same(ranks["z"], wilcoxon(column("SE"), column("IM")).z)


def test_regression_predicts_the_second_from_the_first_and_has_no_durbin_watson(tables, variables, column):
    of_rows = regression(column("IM"), column("SE")[:, None], ("SE",))
    figures = ask(tables, variables, rows="SE", columns="IM", how="regression").figures
    same(figures["coefficients"], plain(of_rows.coefficients))
    assert figures["durbin_watson"] is None  # counted rows have no order


def test_one_variable_gives_the_counts_of_rows_and_the_fit_to_known_shares(tables, variables, column):
    found = ask(tables, variables, rows="q1")
    same(found.figures["variables"][0]["levels"], plain(frequencies(column("q1"), (1, 2)).levels))
    known = goodness_of_values(column("q1"), (1, 2), (51.27, 48.73))
    same(found.figures["chisquare"]["chi2"], plain(known.chi2))
    assert "population" in found.blocks[1].text


def test_a_dimension_gives_the_reliability_of_rows_and_the_means_of_its_items(tables, variables, column):
    keys = [one.key for one in next(one for one in variables if one.key == "SE").parts]
    of_rows = reliability(np.column_stack([column(key) for key in keys]), keys)
    found = ask(tables, variables, rows="SE")
    same(found.figures["alpha"], of_rows.alpha)
    same(found.figures["interval"], plain(of_rows.interval))
    same(
        [one["mean"] for one in found.figures["means"][:-1]], [float(np.nanmean(column(key))) for key in keys]
    )
    same(found.figures["means"][-1]["mean"], float(np.nanmean(column("SE"))))


@pytest.mark.parametrize("key", ["total", "SP"])
def test_a_score_gives_the_description_of_rows(tables, variables, column, key):
    of_rows = descriptives(column(key)[:, None], [key]).variables[0]
    found = ask(tables, variables, rows=key, how="descriptives").figures["variables"][0]
    same(found, plain(of_rows))


def test_a_condition_leaves_only_those_who_fit(tables, variables, column):
    women = column("q1") == 2
    young = np.isin(column("q2"), (1, 2))
    found = ask(tables, variables, rows="s16", columns="q3", where=["q1:2", "q2:1", "q2:2"])
    assert found.n == int((women & young).sum())
    codes = [level.code for level in next(one for one in variables if one.key == "q3").levels]
    of_rows = oneway(column("s16")[women & young], column("q3")[women & young], codes)
    same(found.figures["anova"], plain(of_rows.anova))


def test_every_pair_that_can_be_chosen_has_an_answer_in_words_tables_and_files(tables, variables):
    few = [one for one in variables if one.key in ("q1", "q2", "SE", "IM", "total", "s1", "s16")]
    for rows in few:
        for columns in (None, *few):
            if columns is rows:
                continue
            for how in fitting(rows, columns):
                for lang in ("en", "zh") if rows.key in ("q1", "SE") else ("en",):
                    given = {"columns": columns.key} if columns else {}
                    found = ask(tables, variables, lang, rows=rows.key, how=how, **given)
                    place = (rows.key, columns and columns.key, how)
                    assert not found.problems, place
                    said = [block for block in found.blocks if isinstance(block, Paragraph)]
                    assert said[0].manner is Manner.PLAIN, place
                    assert any(block.manner is Manner.APA for block in said), place
                    assert "{" not in " ".join(block.text for block in said), place
                    assert list(found.tables()), place
                    assert all(block.alt for block in found.blocks if isinstance(block, Figure)), place
                    json.loads(machine(found, question(variables, rows=rows.key)))
                    assert len(list(lines(found))) > 3, place
                    heads = [str(cell) for line in lines(found, lambda text: f"{text}!") for cell in line]
                    assert not any(cell.endswith(("(low)", "(high)")) for cell in heads), place


def test_the_page_picks_by_what_the_two_are(variables):
    by_key = {one.key: one for one in variables}

    def usual(rows: str, columns: str | None = None) -> str:
        return fitting(by_key[rows], by_key[columns] if columns else None)[0]

    assert usual("q1", "q2") == usual("s1", "s2") == "crosstab"
    assert usual("q1", "s16") == usual("s16", "q1") == usual("q1", "SE") == usual("total", "q1") == "oneway"
    assert usual("SE", "SQ") == usual("s1", "SE") == "pearson"
    assert usual("SE") == "reliability" and usual("q1") == usual("s1") == "frequencies"
    assert "ttest" in fitting(by_key["q1"], by_key["SE"]) and "ttest" not in fitting(
        by_key["q2"], by_key["SE"]
    )
    every = {how for a in variables for b in (None, *variables) if a is not b for how in fitting(a, b)}
    assert every == set(METHODS)


def test_a_background_is_the_factor_on_whichever_side_it_was_chosen(tables, variables):
    found = ask(tables, variables, rows="s16", columns="q1", how="crosstab")
    assert found.figures["row_levels"] == [1, 2]


def test_an_item_and_its_own_score_are_said_to_be_linked_anyhow(tables, variables):
    codes = [
        block.code
        for block in ask(tables, variables, rows="s1", columns="SE").blocks
        if isinstance(block, Caution)
    ]
    assert "part_of_whole" in codes
    assert "part_of_whole" not in str(ask(tables, variables, rows="s6", columns="SE").figures["cautions"])


def test_small_groups_are_shown_with_a_caution(tables, variables):
    found = ask(tables, variables, rows="q2", columns="q3", where="q1:1")
    said = {block.code: block.text for block in found.blocks if isinstance(block, Caution)}
    assert "tiny_groups" in said and "think of the people" in said["tiny_groups"]


def test_nobody_left_is_an_empty_answer_and_one_group_a_problem(tables, variables):
    nobody = ask(tables, variables, rows="q1", where=["q2:1", "q4:1", "q5:1", "q6:1", "q3:1"])
    assert nobody.n == 0 and not nobody.blocks
    one = ask(tables, variables, rows="q1", columns="SE", where="q1:1")
    assert one.n and "fewer than two groups" in one.problems[0]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"rows": "s17"}, "Variable: there is no variable s17. Did you mean"),
        ({"rows": "q1", "columns": "nothing"}, "Against: there is no variable nothing. Known are: q1, q2"),
        ({"rows": "q1", "how": "magic"}, "Procedure: there is no procedure magic. Known are: frequencies"),
        ({"rows": "q1", "where": "q1:9"}, "q1: there is no answer 9. Known are: 1, 2"),
        ({"rows": "q1", "where": "SE:1"}, "Of whom: there is no variable SE to filter by"),
        ({"rows": "q1", "where": "q1"}, "there is no answer"),
    ],
)
def test_an_address_with_a_name_nobody_knows_is_told_what_is_known(variables, given, says):
    with pytest.raises(BadInput) as refused:
        question(variables, **given)
    assert says in str(refused.value)


def test_the_same_variable_twice_is_shown_by_itself(variables):
    asked = question(variables, rows="q1", columns="q1")
    assert asked.twice and asked.columns is None and asked.how == "frequencies"


def test_a_procedure_that_does_not_fit_gives_way_to_the_usual_one(variables):
    assert question(variables, rows="q1", columns="q2", how="pearson").how == "crosstab"


def test_an_address_says_what_was_asked_and_nothing_that_is_usual(variables):
    asked = question(variables, rows="q1", columns="s16", how="oneway", where=["q2:3", "q2:1", "q1:1"])
    assert asked.address() == "rows=q1&columns=s16&where=q1:1&where=q2:1&where=q2:3"
    q2 = next(one for one in variables if one.key == "q2")
    assert asked.without(q2, 3).address() == "rows=q1&columns=s16&where=q1:1&where=q2:1"
    assert asked.without(q2).address() == "rows=q1&columns=s16&where=q1:1"
    assert asked.without().address() == "rows=q1&columns=s16"


# --- variables no study of ours has


def other(**more: Any) -> Questionnaire:
    """A background, an item, a multiple choice, a number and an item whose options are not its scores."""
    options = (q.Option(1, {"en": "bus"}), q.Option(2, {"en": "foot"}))
    several = q.Question(
        key="way", kind=q.Kind.MULTIPLE, text={"en": "How did you come?"}, options=options, role=q.Role.OTHER
    )
    number = q.Question(
        key="age", kind=q.Kind.NUMBER, text={"en": "How old?"}, decimals=1, role=q.Role.BACKGROUND
    )
    turned = scale("s2", steps=((1, "good", 3.0), (2, "fair", 2.0), (3, "bad", 1.0), (4, "don't know", None)))
    return asking(choice("b1"), number, scale("s1"), turned, several)


@pytest.fixture
def small() -> tuple[Counted, tuple[Variable, ...], list[dict[str, Any]]]:
    chance, asked = Random(5), other()
    rows = []
    for _ in range(200):
        point = chance.randint(1, 3)
        answer = {
            "b1": chance.choice((1, 2)),
            "age": chance.choice((None, 18.5, 30.0, 44.5, 61.0)),
            "s1": point,
            "s2": chance.choice((4 - point, 4 - point, 4)),
            "way": chance.choice((None, (1,), (2,), (1, 2))),
        }
        rows.append(answer)
    day = np.array([19_800 + chance.randint(0, 400) for _ in rows], np.int32)
    channel = np.array([chance.choice((1, 4)) for _ in rows], np.uint8)
    about = [
        about_sheet("channel", "Channel", Coded("channel", CHANNELS), {"link": "Link", "paper": "Paper"}),
        about_sheet("day", "Day", Day("day")),
    ]
    answers = [tuple(row[one.key] for one in asked.questions) for row in rows]
    return counted_of(asked, answers, day=day, channel=channel), variables_of(asked, about), rows


def test_scores_decide_which_way_an_item_runs_not_its_codes(small):
    tables, variables, _ = small
    assert ask(tables, variables, rows="s1", columns="s2").figures["gamma"]["value"] == 1.0
    assert ask(tables, variables, rows="s1", columns="s2").figures["missing"] > 0  # "don't know" is no step


def test_a_multiple_choice_is_counted_alone_and_each_of_its_answers_crossed(small):
    tables, variables, rows = small
    given = [row["way"] for row in rows if row["way"]]
    found = ask(tables, variables, rows="way")
    assert found.figures["n"] == len(given)
    assert [one["n"] for one in found.figures["variables"][0]["levels"]] == [
        sum(code in one for one in given) for code in (1, 2)
    ]
    crossed = ask(tables, variables, rows="b1", columns="way.1").figures
    assert crossed["n"] == len(given)
    with pytest.raises(BadInput, match="shown alone"):
        question(variables, rows="way", columns="b1")


def test_numbers_are_described_compared_and_correlated(small):
    tables, variables, rows = small
    ages = [row["age"] for row in rows if row["age"] is not None]
    assert ask(tables, variables, rows="age").figures["variables"][0]["mean"] == pytest.approx(np.mean(ages))
    assert ask(tables, variables, rows="age", columns="b1").figures["groups"][0]["n"] > 0
    assert not ask(tables, variables, rows="age", columns="s1").problems
    found = ask(tables, variables, rows="b1", age_from="18.5", age_to="30")
    assert found.n == sum(18.5 <= age <= 30 for age in ages)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("1234567", "rows=age&age.from=1234567"),
        ("1234567.8", "rows=age&age.from=1234567.8"),
        ("18.51", "rows=age&age.from=18.6"),  # the first age that is not below it
        ("-0.001", "rows=age&age.from=0"),
        ("1e999999999", "rows=age&age.from=1000000000000"),
    ],
)
def test_a_limit_stands_in_the_address_as_it_is_counted(small, typed, address):
    _tables, variables, _rows = small
    asked = question(variables, rows="age", age_from=typed)
    assert asked.address() == address
    assert question(variables, rows="age", age_from=address.rpartition("=")[2]).where == asked.where


@pytest.mark.parametrize("typed", ["nan", "snan", "old", "1,5"])
def test_a_limit_that_is_no_number_is_refused(small, typed):
    with pytest.raises(BadInput):
        question(small[1], rows="age", age_from=typed)


def test_days_are_put_together_where_there_are_many(small):
    tables, variables, rows = small
    found = ask(tables, variables, rows="day")
    assert sum(one["n"] for one in found.figures["variables"][0]["levels"]) == len(rows)
    assert 12 <= len(found.figures["variables"][0]["levels"]) <= 15  # months
    first = ask(tables, variables, rows="day", day_from="2024-03-18", day_to="2024-03-24")
    labels = [row.cells[0] for row in next(first.tables()).rows][:-1]
    assert labels and all(str(label).startswith("2024-03-") for label in labels)
    weeks = ask(tables, variables, rows="day", columns="s1", day_from="2024-03-18", day_to="2024-06-24")
    assert not weeks.problems
    with pytest.raises(BadInput, match="not a date"):
        question(variables, rows="b1", day_from="yesterday")


def test_what_is_about_the_sheet_makes_groups_and_conditions(small):
    tables, variables, _ = small
    found = ask(tables, variables, rows="channel", columns="s1")
    assert sum(group["n"] for group in found.figures["groups"]) == 200
    paper = ask(tables, variables, rows="b1", where="channel:paper")
    assert paper.n == found.figures["groups"][1]["n"]
    assert question(variables, rows="b1", where="channel:paper").address() == "rows=b1&where=channel:paper"


def test_a_questionnaire_of_nothing_to_count_has_no_variables():
    text = q.Question(key="t", kind=q.Kind.TEXT, text={"en": "Anything else?"})
    assert (
        variables_of(q.Questionnaire(key="x", title={}, sections=(q.Section(key="a", questions=(text,)),)))
        == ()
    )


def test_kinds_follow_the_questionnaire(small):
    _, variables, _ = small
    kinds = {one.key: one.kind for one in variables}
    assert kinds["b1"] is Kind.CHOICE and kinds["age"] is Kind.NUMBER and kinds["s2"] is Kind.ITEM
    assert kinds["way"] is Kind.SEVERAL and kinds["way.1"] is Kind.CHOICE and kinds["D"] is Kind.SCORE
    assert kinds["day"] is Kind.DAY


@pytest.mark.parametrize(("width", "nice"), [(0.4, 0.5), (13, 20.0), (1, 1.0), (0.26, 0.5), (2.2, 2.5)])
def test_bins_are_round_numbers(width, nice):
    assert _nice(width) == pytest.approx(nice)
