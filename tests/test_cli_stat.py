"""`openhall stat`: every procedure from a plain file, documented keys, and complaints with a cure."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

import openhall
from openhall.cli_stat import PROCEDURES, main
from tests.surveys.sav_file import sav_bytes

PACKAGE = Path(openhall.__file__).parent
SHEETS = PACKAGE / "data" / "reference_sheets.csv"
STUDY = PACKAGE / "surveys" / "builtin" / "service_hall_satisfaction.toml"
PAGE = Path(__file__).parents[1] / "docs" / "command-line.md"

RUNS = [
    "frequencies --variables q1,q2",
    "descriptives --variables s1,SE",
    "crosstab --rows q6 --columns s16",
    "crosstab --rows q1 --columns gender",
    "means --dependent SE --factor q6",
    "oneway --dependent SE --factor q3",
    "reliability --items SE",
    "factor --items SE,SQ,IM",
    "kruskal --dependent SE --factor q3",
    "mannwhitney --dependent SE --factor q1",
    "friedman --items SE",
    "wilcoxon --variables s1,s2",
    "ttest --dependent SE --factor q1",
    "ttest --variables s1,s2",
    "ttest --variables s1 --test-against 3",
    "chisquare --variables q5",
    "correlations --variables SE,SQ",
    "regression --dependent s16 --variables SE,SQ",
]


def stat(command: str, *more: str, data: Path = SHEETS) -> int:
    procedure, *options = command.split()
    return main([procedure, str(data), *options, *more])


def studied(command: str, *more: str) -> int:
    return stat(command, "--study", str(STUDY), *more)


def figures(capsys, command: str, *more: str, data: Path = SHEETS):
    assert stat(command, "--json", *more, data=data) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def plain(tmp_path):
    """A file without a study: numbers, categories, holes, and how many people each row stands for."""
    file = tmp_path / "plain.csv"
    rows = [
        "side,score,other,times",
        *("left,1.5,2,2", "left,2.5,3,1", "left,3.5,3,3", "left,2.0,1,1", "left,,4,1"),
        *("right,4.5,5,1", "right,3.0,4,2", "right,5.5,4,2", "right,4.0,5,1", ",4.0,2,1"),
    ]
    file.write_text("\n".join(rows), "utf-8")
    return file


@pytest.fixture
def expanded(plain, tmp_path):
    """The same with each row as often as it stands for."""
    file = tmp_path / "expanded.csv"
    rows = list(csv.DictReader(plain.read_text("utf-8").splitlines()))
    lines = [",".join(rows[0])] + [",".join(row.values()) for row in rows for _ in range(int(row["times"]))]
    file.write_text("\n".join(lines), "utf-8")
    return file


def test_every_procedure_is_run_here():
    assert {run.split()[0] for run in RUNS} == set(PROCEDURES)


@pytest.mark.parametrize("run", RUNS)
def test_every_procedure_prints_tables_and_documented_figures(run, capsys):
    assert studied(run) == 0
    text = capsys.readouterr().out
    assert "─────" in text
    assert "nan" not in text
    assert studied(run, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["procedure"] == run.split()[0]
    assert found["n"] == 300
    assert found["missing"] == 0
    assert found["void"] == 38
    assert isinstance(found["cautions"], list)
    documented = set(re.findall(r"`([a-z][a-z0-9_]*)`", PAGE.read_text("utf-8")))
    assert keys(found) - documented == set()


def keys(found) -> set[str]:
    """Every key, without the names and codes of the data themselves."""
    if isinstance(found, list):
        return set().union(*map(keys, found))
    if not isinstance(found, dict):
        return set()
    given = set()
    for key, value in found.items():
        given.add(key)
        if key == "codebook":
            given |= set().union(*(set(entry) for entry in value.values()))
        elif key != "values":
            given |= keys(value)
    return given


def test_every_procedure_and_option_is_documented():
    page = PAGE.read_text("utf-8")
    assert [name for name in PROCEDURES if f"`{name}`" not in page] == []
    source = (PACKAGE / "cli_stat.py").read_text("utf-8")
    assert [option for option in re.findall(r'add\("(--[a-z-]+)"', source) if option not in page] == []


def test_figures_are_not_rounded(capsys):
    found = figures(capsys, "reliability --items SE", "--study", str(STUDY))
    assert found["alpha"] == pytest.approx(0.66417078871555, abs=1e-12)
    found = figures(capsys, "crosstab --rows income --columns s16", "--study", str(STUDY))
    assert found["chi2"]["value"] == pytest.approx(153.239092048303, rel=1e-12)


def test_numbers_and_categories_are_told_apart_without_a_study(plain, capsys):
    found = figures(capsys, "oneway --dependent score --factor side", data=plain)
    assert found["codebook"]["side"]["levels"] == {"1": "left", "2": "right"}
    assert (found["n"], found["missing"]) == (8, 2)
    assert found["groups"][1]["mean"] == 4.25


@pytest.mark.parametrize(
    "run",
    [
        "frequencies --variables side",
        "descriptives --variables score,other",
        "crosstab --rows side --columns other",
        "means --dependent score --factor side",
        "oneway --dependent score --factor side",
        "reliability --items score,other",
        "kruskal --dependent score --factor side",
        "mannwhitney --dependent score --factor side",
        "friedman --items score,other",
        "wilcoxon --variables score,other",
        "ttest --dependent score --factor side",
        "ttest --variables score,other",
        "chisquare --variables side --test-against 1,2",
        "correlations --variables score,other --kind spearman",
    ],
)
def test_a_weight_is_so_many_equal_cases(run, plain, expanded, capsys):
    weighted = figures(capsys, run, "--weight", "times", data=plain)
    repeated = figures(capsys, run, data=expanded)
    assert weighted.pop("weight") == "times"
    assert weighted.pop("weighting") == "frequency"
    del repeated["weight"], repeated["weighting"], repeated["file"], weighted["file"]
    assert near(weighted, repeated)


SURVEYED = [
    "frequencies --variables side",
    "frequencies --variables side,other",
    "descriptives --variables score,other",
    "descriptives --variables score,other --missing listwise",
    "means --dependent score --factor side",
    "crosstab --rows side --columns other",
]


@pytest.mark.parametrize("run", SURVEYED)
def test_survey_weights_print_tables_and_documented_figures(run, plain, capsys):
    more = ("--weight", "times", "--survey")
    assert stat(run, *more, data=plain) == 0
    text = capsys.readouterr().out
    assert "Survey weights: design effect" in text and "nan" not in text
    found = figures(capsys, run, *more, data=plain)
    assert found["weighting"] == "survey"
    documented = set(re.findall(r"`([a-z][a-z0-9_]*)`", PAGE.read_text("utf-8")))
    assert keys(found) - documented == set()


def test_a_constant_fraction_as_weight_changes_no_share(plain, tmp_path, capsys):
    """Fractions are survey weights: the shares and means are those of the cases, whatever the unit."""
    halves = tmp_path / "halves.csv"
    lines = plain.read_text("utf-8").splitlines()
    halves.write_text(
        "\n".join([lines[0], *(line.rpartition(",")[0] + ",0.5" for line in lines[1:])]), "utf-8"
    )
    found = figures(capsys, "frequencies --variables side", "--weight", "times", data=halves)
    counted = figures(capsys, "frequencies --variables side", data=halves)
    assert found["weighting"] == "survey"
    levels = zip(found["variables"][0]["levels"], counted["variables"][0]["levels"], strict=True)
    assert all(one["percent"] == pytest.approx(other["valid_percent"]) for one, other in levels)
    assert found["design"]["design_effect"] == 1


def test_raking_reaches_the_known_shares_and_says_what_it_costs(capsys):
    run = "crosstab --rows q1 --columns s16 --rake gender --rake q3=10,30,40,20"
    found = figures(capsys, run, "--study", str(STUDY))
    margins = found["design"]["margins"]
    assert all(one["after"] == pytest.approx(one["known"]) for one in margins)
    assert [one["known"] for one in margins[2:]] == pytest.approx([0.1, 0.3, 0.4, 0.2])
    assert found["design"]["effective_n"] == pytest.approx(300 / found["design"]["design_effect"])
    assert found["p"] == found["second_order"]["p"]
    assert (found["n"], found["weight"]) == (300, None)
    assert studied(run) == 0
    assert "Weighted to known shares" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (["1", "", "2"], "case 2 has no weight"),
        (["1", "-0.5", "2"], "the weight -0.5 of case 2 is below 0"),
        (["0", "0", "0"], "every weight is 0"),
        (["a", "b", "c"], "no number"),
    ],
)
def test_a_weight_that_cannot_be_is_named(weights, words, tmp_path, capsys):
    file = tmp_path / "w.csv"
    file.write_text("x,w\n" + "\n".join(f"{i},{w}" for i, w in enumerate(weights)), "utf-8")
    assert stat("frequencies --variables x --weight w", data=file) == 2
    assert words in capsys.readouterr().err


def test_a_correlation_holds_columns_constant(capsys):
    found = figures(capsys, "correlations --variables SE,SQ --partial IM,SP", "--study", str(STUDY))
    assert found["controls"] == ["IM", "SP"]
    assert found["method"] == "partial"
    regression = figures(capsys, "regression --dependent SE --variables SQ,IM,SP", "--study", str(STUDY))
    assert found["pairs"][0]["r"] == pytest.approx(regression["coefficients"][1]["partial"], rel=1e-12)
    assert found["pairs"][0]["p"] == pytest.approx(regression["coefficients"][1]["p"], rel=1e-9)


def test_two_answers_are_tested_exactly_as_well(capsys):
    found = figures(capsys, "chisquare --variables gender", "--study", str(STUDY))
    cell, exact = found["cells"][0], found["binomial"]
    assert (exact["successes"], exact["n"]) == (cell["observed"], 300)
    assert exact["share"] == pytest.approx(0.5127)
    assert studied("chisquare --variables gender") == 0
    assert "Exact binomial" in capsys.readouterr().out
    assert figures(capsys, "chisquare --variables age", "--study", str(STUDY))["binomial"] is None


def near(one, two) -> bool:
    if isinstance(one, dict):
        return one.keys() == two.keys() and all(near(one[key], two[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(two) and all(map(near, one, two))
    return one == (pytest.approx(two, rel=1e-9, abs=1e-12) if isinstance(two, float) else two)


def test_an_spss_file_brings_its_labels(tmp_path, capsys):
    file = tmp_path / "a.sav"
    columns = {"q1": [1.0, 2.0, 2.0, None], "town": ["North", "South", "South", "North"]}
    file.write_bytes(sav_bytes(columns, {"q1": {1.0: "yes", 2.0: "no"}}))
    found = figures(capsys, "crosstab --rows q1 --columns town", data=file)
    assert found["codebook"]["Q1"]["levels"] == {"1": "yes", "2": "no"}  # SPSS asks for no capitals
    assert found["observed"] == [[1, 0], [0, 2]]
    assert found["missing"] == 1


def test_missing_values_of_an_spss_file_are_missing(tmp_path, capsys):
    out = tmp_path / "a.sav"
    more = ["--study", str(STUDY), "--format", "sav", "--rows", "all", "--out", str(out), "--quiet"]
    from openhall import cli_export

    assert cli_export.main([str(SHEETS), *more]) == 0
    found = figures(capsys, "frequencies --variables s9", data=out)
    assert [level["n"] for level in found["variables"][0]["levels"]] == [8, 73, 173, 71, 11]
    assert found["missing"] == 2  # a blank and a double mark


def test_user_missing_values_and_ranges_are_left_out(plain, capsys):
    found = figures(capsys, "frequencies --variables other", "--user-missing", "1, 4 THRU HI", data=plain)
    assert [level["code"] for level in found["variables"][0]["levels"]] == [2, 3]
    assert (found["n"], found["missing"]) == (4, 6)


def test_listwise_leaves_a_case_out_everywhere(plain, capsys):
    run = "descriptives --variables score,other"
    assert [one["n"] for one in figures(capsys, run, data=plain)["variables"]] == [9, 10]
    listwise = figures(capsys, run, "--missing", "listwise", data=plain)
    assert [one["n"] for one in listwise["variables"]] == [9, 9]


def test_two_of_several_groups_are_compared_by_code_or_label(capsys):
    by_code = figures(capsys, "mannwhitney --dependent SE --factor q3 --groups 1,4", "--study", str(STUDY))
    label = "Elementary school and below,Graduate student and above"
    by_label = figures(
        capsys, "mannwhitney --dependent SE --factor q3", "--groups", label, "--study", str(STUDY)
    )
    assert by_code == by_label
    assert by_code["n"] == 86 + 38


def test_the_known_shares_of_the_study_are_the_ones_tested(capsys):
    found = figures(capsys, "chisquare --variables gender", "--study", str(STUDY))
    given = figures(
        capsys, "chisquare --variables q1", "--test-against", "51.27,48.73", "--study", str(STUDY)
    )
    assert found["chi2"]["value"] == given["chi2"]["value"] == pytest.approx(0.51121114631649, rel=1e-12)


def test_void_sheets_count_when_asked_for(capsys):
    found = figures(capsys, "frequencies --variables q1", "--study", str(STUDY), "--all-sheets")
    assert (found["n"], found["missing"], found["void"]) == (336, 2, 0)


def test_another_column_of_the_file_is_found(capsys):
    found = figures(capsys, "crosstab --rows office --columns s16", "--study", str(STUDY))
    assert found["n"] == 300
    assert "No. 1 General Office" in found["codebook"]["office"]["levels"].values()


def test_cautions_are_sentences(capsys):
    assert studied("crosstab --rows q6 --columns s16") == 0
    assert "! Expected counts below 5 in" in capsys.readouterr().out
    assert studied("crosstab --rows q6 --columns s16", "--json") == 0
    assert json.loads(capsys.readouterr().out)["cautions"][0]["code"] == "sparse"


def test_labels_and_words_come_in_chinese(capsys):
    assert studied("frequencies --variables q1", "--lang", "zh") == 0
    assert "您的性别是？" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("crosstabs --rows age --columns s16", ["no procedure crosstabs", "“crosstab”"]),
        ("xyz --rows age", ["no procedure xyz", "Known are: frequencies, descriptives"]),
        ("crosstab --rows ages --columns s16", ["ages", "“age”"]),
        ("crosstab --columns s16", ["--rows must be given", "Example: openhall stat crosstab"]),
        ("ttest --dependent SE --factor q3", ["4 groups", "--groups 1,2"]),
        ("mannwhitney --dependent SE --factor q3 --groups 1,7", ["no group 7", "1, 2, 3, 4"]),
        ("reliability --items s1", ["too few"]),
        ("factor --items s1,s2", ["too few"]),
        ("factor --items SE --factors 9", ["--factors"]),
        ("chisquare --variables q2 --test-against 1,2", ["2 shares for 5 answers"]),
        ("chisquare --variables q1,q2", ["one variable"]),
        ("chisquare --variables q1 --test-against half", ["half"]),
        ("oneway --dependent office --factor q1", ["office", "no number"]),
        ("oneway --dependent SE,SQ --factor q1", ["--dependent"]),
        ("regression --dependent s16 --variables s16", ["s16", "cannot predict itself"]),
        ("correlations --variables s1", ["at least two"]),
        ("wilcoxon --variables s1,s2,s3", ["3 were given"]),
        (
            "oneway --dependent s16 --factor q1 --weight SE",
            ["oneway cannot use survey weights", "frequencies"],
        ),
        ("friedman --items SE --rake gender", ["friedman cannot use survey weights", "crosstab"]),
        ("frequencies --variables q1 --weight agee", ["no column agee", "“age”"]),
        ("frequencies --variables q1 --rake q2=1,2", ["2 shares for 5 answers", "1, 2, 3, 4, 5"]),
        ("frequencies --variables q1 --rake q2", ["no shares of q2 are known"]),
        ("frequencies --variables q1 --rake gender=a,b", ["“a,b” is not a list of numbers"]),
        ("frequencies --variables q1 --rake sex", ["no column sex"]),
        ("correlations --variables s1,s2 --partial s2", ["s2", "both correlated and held constant"]),
        ("correlations --variables s1,s2 --partial s3 --kind kendall", ["only Pearson"]),
        ("frequencies --variables SE", ["SE"]),
    ],
)
def test_what_cannot_be_used_is_named_with_a_cure(command, words, capsys):
    assert studied(command) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert [word for word in words if word not in said.err] == []


def test_one_group_is_too_few(plain, tmp_path, capsys):
    one = tmp_path / "one.csv"
    one.write_text("side,score\nleft,1\nleft,2\n", "utf-8")
    assert stat("oneway --dependent score --factor side", data=one) == 2
    assert "fewer than two groups" in capsys.readouterr().err


def test_measured_values_make_no_groups(tmp_path, capsys):
    many = tmp_path / "many.csv"
    many.write_text("x,y\n" + "\n".join(f"{i},{i % 7}" for i in range(200)), "utf-8")
    assert stat("oneway --dependent y --factor x", data=many) == 2
    assert "more than 100 groups" in capsys.readouterr().err


def test_nothing_to_compute_from_is_said(tmp_path, capsys):
    empty = tmp_path / "empty.csv"
    empty.write_text("a,b\n1,\n2,\n", "utf-8")
    assert stat("descriptives --variables b", data=empty) == 2
    assert "no case has a value" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["none.csv", "none.sav", "none.odt"])
def test_a_file_that_is_not_there_is_said(name, tmp_path, capsys):
    assert stat("frequencies --variables a", data=tmp_path / name) == 2
    assert name in capsys.readouterr().err


def test_a_damaged_spss_file_is_said(tmp_path, capsys):
    file = tmp_path / "bad.sav"
    file.write_bytes(b"$FL2 nothing more")
    assert stat("frequencies --variables a", data=file) == 2
    assert "SPSS" in capsys.readouterr().err


def test_only_what_a_procedure_needs_is_loaded():
    source = f"""
import sys
from openhall.cli import main
assert main(["stat", "frequencies", {str(SHEETS)!r}, "--variables", "q1"]) == 0
heavy = {{"django", "openpyxl", "pyreadstat", "pyarrow", "altair", "docx", "typst", "scipy.stats"}}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("ending", ["tsv", "xlsx", "parquet"])
def test_other_kinds_of_files_give_the_same(ending, plain, tmp_path, capsys):
    rows = [line.split(",") for line in plain.read_text("utf-8").splitlines()]
    file = tmp_path / f"other.{ending}"
    if ending == "tsv":
        file.write_text("\n".join("\t".join(row) for row in rows), "utf-8")
    elif ending == "xlsx":
        book = Workbook()
        for row in rows:
            book.active.append(
                [float(cell) if cell.replace(".", "").isdigit() else cell or None for cell in row]
            )
        book.save(file)
    else:
        columns = {head: [row[place] or None for row in rows[1:]] for place, head in enumerate(rows[0])}
        numbers = {key: [c and float(c) for c in cells] for key, cells in columns.items() if key != "side"}
        pq.write_table(pa.table({**columns, **numbers}), file)
    run = "oneway --dependent score --factor side"
    expected, found = figures(capsys, run, data=plain), figures(capsys, run, data=file)
    del expected["file"], found["file"]
    assert found == expected
