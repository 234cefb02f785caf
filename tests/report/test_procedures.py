"""The tables of the procedures say what the statistics computed, and read data as they should."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.report.conftest import DATA, STUDY
from tests.report.small import choice, scale

from openhall.errors import BadInput
from openhall.report.document import Caution, Table
from openhall.report.pen import Pen
from openhall.report.procedures import compared, counted, crossed, measured, ranked, related, scaled
from openhall.report.procedures.asked import Asked, Outcome
from openhall.report.procedures.data import Data, Variable
from openhall.report.procedures.reading import _of_question, read_data
from openhall.surveys.questionnaire import Kind, Option, Question, Role

PEN = Pen("en")


@pytest.fixture(scope="module")
def data() -> Data:
    return read_data(DATA, STUDY)


def asking(procedure: str, **options: object) -> Asked:
    return Asked(procedure=procedure, pen=PEN, **options)  # type: ignore[arg-type]


def tables(found: Outcome) -> dict[str, Table]:
    return {block.key: block for block in found.blocks if isinstance(block, Table)}


def test_a_frequency_table_adds_up(data: Data) -> None:
    found = tables(counted.frequencies(data, asking("frequencies", variables=("q1",))))["q1"]
    assert found.column("level") == ["Male", "Female", "Total"]
    assert found.column("n") == [160, 140, 300]
    assert found.caption == "q1  What is your gender?"


def test_missing_answers_have_their_line() -> None:
    values = np.array([1.0, 2.0, np.nan, 2.0])
    some = Data(variables={"a": Variable(key="a", label="", values=values)}, rows=4)
    found = tables(counted.frequencies(some, asking("frequencies", variables=("a",))))["a"]
    assert found.column("level") == ["1", "2", "Valid", "Missing", "Total"]
    assert found.column("n") == [1, 2, 3, 1, 4]
    assert found.column("percent") == [25.0, 50.0, 75.0, 25.0, 100.0]


def test_a_cross_table_shows_counts_tests_measures_and_residuals(data: Data) -> None:
    found = tables(crossed.crosstab(data, asking("crosstab", rows="q6", columns="s16")))
    assert list(found) == ["counts", "tests", "measures", "residuals"]
    assert found["counts"].column("total")[-1] == 300
    assert found["tests"].rows[0].cells[1] == pytest.approx(153.239092048303)
    assert "of 40 cells" in found["tests"].notes[0]
    assert "seed 20180601" in found["tests"].notes[1]
    assert [
        one.code
        for one in crossed.crosstab(data, asking("crosstab", rows="q6", columns="s16")).blocks
        if isinstance(one, Caution)
    ] == ["sparse"]


def test_agreement_is_shown_only_where_the_answers_are_the_same(data: Data) -> None:
    by_items = tables(crossed.crosstab(data, asking("crosstab", rows="s6", columns="s7")))
    by_age = tables(crossed.crosstab(data, asking("crosstab", rows="age", columns="s7")))
    assert by_items["kappa"].rows[0].cells[0] == pytest.approx(0.338975937325)
    assert "kappa" not in by_age


def test_a_two_by_two_table_has_its_risk() -> None:
    variables = {
        "a": Variable(key="a", label="a", values=np.array([1, 1, 1, 2, 2, 2.0])),
        "b": Variable(key="b", label="b", values=np.array([1, 1, 2, 1, 2, 2.0])),
    }
    found = tables(
        crossed.crosstab(Data(variables=variables, rows=6), asking("crosstab", rows="a", columns="b"))
    )
    assert found["risk"].column("value") == [4.0, 2.0, 0.5]
    names = found["tests"].column("test")
    assert "with continuity correction" in names
    assert "Fisher's exact" in names


def test_an_analysis_of_variance_reads_what_is_recommended(data: Data) -> None:
    found = compared.oneway(data, asking("oneway", dependent="SE", factor="education"))
    made = tables(found)
    assert made["anova"].column("f")[0] == pytest.approx(6.898, abs=0.001)
    assert made["comparisons"].columns[4].heading == "Games–Howell"
    assert len(made["comparisons"].rows) == 6
    assert [column.heading for column in made["comparisons"].columns[6:]] == [
        "Tukey–Kramer", "LSD", "Bonferroni", "Šidák", "Scheffé",
    ]  # fmt: skip
    assert "Read: Welch's test and Games–Howell." in [getattr(block, "text", "") for block in found.blocks]


@pytest.mark.parametrize(
    ("family", "procedure", "options", "keys"),
    [
        (measured, "descriptives", {"variables": ("s1", "SE")}, ["descriptives", "quantiles"]),
        (measured, "means", {"dependent": "SE", "factor": "q6"}, ["groups"]),
        (measured, "ttest", {"variables": ("s1", "s2")}, ["descriptives", "quantiles", "test"]),
        (measured, "ttest", {"dependent": "SE", "factor": "q1"}, ["groups", "levene", "test"]),
        (counted, "chisquare", {"variables": ("q1",)}, ["q1", "test"]),
        (compared, "kruskal", {"dependent": "SE", "factor": "q3"}, ["ranks", "test", "comparisons"]),
        (ranked, "mannwhitney", {"dependent": "SE", "factor": "q1"}, ["ranks", "test"]),
        (ranked, "wilcoxon", {"variables": ("s1", "s2")}, ["ranks", "test"]),
        (ranked, "friedman", {"items": ("SE",)}, ["ranks", "test", "comparisons"]),
        (related, "correlations", {"variables": ("SE", "SQ")}, ["matrix", "pairs"]),
        (
            related,
            "regression",
            {"dependent": "s16", "variables": ("SE", "SQ")},
            ["model", "anova", "coefficients"],
        ),
        (scaled, "reliability", {"items": ("SE",)}, ["coefficients", "items", "split_half"]),
        (scaled, "factor", {"items": ("SE", "SQ")}, ["factorability", "scree", "loadings"]),
    ],
)
def test_each_procedure_has_its_tables(data: Data, family, procedure, options, keys) -> None:
    made = tables(getattr(family, procedure)(data, asking(procedure, **options)))
    assert set(made) <= set(keys)
    assert len(made) >= len(keys) - 1
    assert all(len(row.cells) == len(table.columns) for table in made.values() for row in table.rows)


def test_a_dimension_is_its_score_or_its_items(data: Data) -> None:
    assert [one.key for one in data.several(["SE"])] == ["SE"]
    assert [one.key for one in data.several(["SE"], items=True)] == ["s1", "s2", "s3", "s4", "s5"]
    score = data.one("SE").values
    assert score[0] == pytest.approx(np.mean([data.one(f"s{i}").values[0] for i in range(1, 6)]))


def test_codes_are_backgrounds_and_scores_are_everything_scored() -> None:
    reversed_ = scale("s1", steps=((1, "good", 3.0), (2, "fair", 2.0), (3, "bad", 1.0), (9, "?", None)))
    (one,) = _of_question(reversed_, [1, 3, 9, None, (1, 2)], "en")
    assert one.values[:2].tolist() == [3.0, 1.0]
    assert np.isnan(one.values[2:]).all()
    assert one.levels == {3: "good", 2: "fair", 1: "bad"}
    (background,) = _of_question(choice("q1"), [2, 1], "en")
    assert background.values.tolist() == [2.0, 1.0]


def test_every_option_of_a_multiple_choice_is_a_variable() -> None:
    asked = Question(
        key="m",
        kind=Kind.MULTIPLE,
        text={"en": "Which?"},
        options=tuple(Option(v, {"en": f"o{v}"}) for v in (1, 2)),
        role=Role.OTHER,
    )
    first, second = _of_question(asked, [(1,), (1, 2), None], "en")
    assert (first.key, second.label) == ("m_1", "o2")
    assert first.values[:2].tolist() == [1.0, 1.0]
    assert second.values[:2].tolist() == [0.0, 1.0]
    assert np.isnan(first.values[2])


def test_names_are_found_in_capitals_or_not(data: Data) -> None:
    assert data.one("Q1").key == "q1"


def test_an_unknown_name_brings_the_nearest(data: Data) -> None:
    with pytest.raises(BadInput, match="Did you mean “occupation”"):
        data.one("ocupation")


def test_numbers_as_text_with_underscores_are_text(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a,b\n1_0,nan\n2,1\n", "utf-8")
    found = read_data(file)
    assert found.one("a").levels == {1: "1_0", 2: "2"}
    assert found.one("b").text == "nan"
