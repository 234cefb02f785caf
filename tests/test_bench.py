"""`make bench` at 300 rows: everybody gets the same figures, and what is printed says so. No times are asserted."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import numpy as np
import pytest
from benchmarks import study, study_data, study_numpy, study_openhall, study_results, study_store
from benchmarks.study_contestants import BY_KEY, CONTESTANTS
from benchmarks.study_job import BACKGROUNDS, DIMENSIONS, OVERALL, counted, pairs, unlike
from benchmarks.study_process import Run, run
from benchmarks.study_results import Results

from openhall.stats.crosstab import crosstab
from openhall.stats.oneway import oneway
from openhall.stats.reliability import reliability

ROWS = 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("bench")
    study_data.write(made, ROWS)
    study_store.write(made)
    return made


@pytest.fixture(scope="module")
def columns(folder):
    """The raw columns as numbers with gaps."""
    [block] = study_data.blocks(ROWS)
    found = {key: np.where(column > 0, column, np.nan) for key, column in block.items()}
    with np.errstate(invalid="ignore"):
        for key, items in DIMENSIONS.items():
            table = np.column_stack([found[item] for item in items])
            answered = (~np.isnan(table)).sum(axis=1)
            found[key] = np.where(answered > 0, np.nansum(table, axis=1) / np.maximum(answered, 1), np.nan)
    return found


@pytest.fixture(scope="module")
def figures(folder):
    return study_numpy.main(folder)


def near(value: float):
    return pytest.approx(value, rel=1e-9)


def test_the_figures_are_those_of_the_statistics_from_rows(columns, figures):
    for key, items in DIMENSIONS.items():
        found = reliability(np.column_stack([columns[item] for item in items]), items)
        assert figures["alphas"][key]["alpha"] == near(found.alpha)
        assert figures["alphas"][key]["n"] == found.n
        assert figures["alphas"][key]["item_total"] == [near(one.item_total) for one in found.items]
        assert figures["alphas"][key]["if_deleted"] == [near(one.alpha_if_deleted) for one in found.items]
    for key, categories in BACKGROUNDS.items():
        found = crosstab(columns[key], columns[OVERALL], range(1, categories + 1), range(1, 6))
        assert figures["chi2"][key]["value"] == near(found.chi2.value)
        assert figures["chi2"][key]["v"] == near(found.cramers_v)
    for score, key in pairs():
        found = oneway(columns[score], columns[key], range(1, BACKGROUNDS[key] + 1))
        mine = figures["anova"][f"{score} {key}"]
        assert mine["f"] == near(found.anova.value)
        assert (mine["df1"], mine["df2"]) == (found.anova.df1, found.anova.df2)
        assert mine["levene"] == near(found.levene_mean.value)
        assert mine["p"] == near(found.anova.p)


def test_frequencies_and_means_are_those_of_the_rows(columns, figures):
    assert figures["n"] == ROWS
    for key, counts in figures["frequencies"].items():
        assert counts == [int((columns[key] == code).sum()) for code in range(1, len(counts) + 1)]
    for key, mean in figures["item_means"].items():
        assert mean == near(np.nanmean(columns[key]))
    for score, key in pairs():
        for code, mean in enumerate(figures["means"][f"{score} {key}"], 1):
            assert mean == near(np.nanmean(columns[score][columns[key] == code]))


def test_the_store_gives_the_same_figures(folder, figures):
    assert list(unlike(study_openhall.main(folder), figures)) == []


def test_blocks_can_be_of_any_length(folder, figures, monkeypatch):
    monkeypatch.setattr(study_numpy, "BLOCK", 7)
    assert study_numpy.main(folder) == figures


def test_a_difference_is_found_wherever_it_is(figures):
    assert list(unlike(figures, json.loads(json.dumps(figures)))) == []
    other = copy.deepcopy(figures)
    other["anova"]["SE q1"]["levene"] *= 1 + 1e-8
    other["frequencies"]["q3"][1] += 1
    other["alphas"]["IM"]["if_deleted"].pop()
    places = {line.split(":")[0] for line in unlike(figures, other)}
    assert places == {"anova SE q1 levene", "frequencies q3 2", "alphas IM if_deleted"}


def test_a_missing_figure_differs_and_an_unsaid_one_does_not(figures):
    silent = figures | {"means": None}
    assert list(unlike(silent, figures)) == []
    assert counted(silent) < counted(figures)
    lacking = {key: found for key, found in figures.items() if key != "means"}
    assert list(unlike(lacking, figures)) == ["figures: ['means'] on one side only"]
    assert list(unlike({"a": float("nan")}, {"a": 1.0})) == ["a: nan and 1.0"]


def test_a_p_is_compared_absolutely(figures):
    other = copy.deepcopy(figures)
    other["anova"]["SE q1"]["p"] += 1e-10
    assert list(unlike(figures, other)) == []
    other["anova"]["SE q1"]["p"] += 1e-8
    assert len(list(unlike(figures, other))) == 1


def test_one_run_prints_and_writes_the_tables(tmp_path, monkeypatch, capsys):
    file = tmp_path / "RESULTS.md"
    file.write_text("# Results\n\nBefore.\n", "utf-8")
    monkeypatch.setattr(study, "RESULTS", file)
    monkeypatch.setattr(study, "warm", lambda *_: None)
    given = [
        "--sizes",
        "300",
        "--only",
        "numpy",
        "openhall",
        "--rounds",
        "1",
        "--folder",
        str(tmp_path / "d"),
    ]
    assert study.main(given) == 0
    said = capsys.readouterr().out
    assert "all the same" in said
    assert BY_KEY["openhall"].name in said
    written = file.read_text("utf-8")
    assert written.startswith("# Results\n\nBefore.\n")
    assert said.strip() in written
    assert str(tmp_path) not in written


def test_writing_again_replaces_only_the_section(tmp_path):
    file = tmp_path / "RESULTS.md"
    study_results.write(file, "one\n")
    file.write_text(file.read_text("utf-8") + "\nAfter.\n", "utf-8")
    study_results.write(file, "two\n")
    text = file.read_text("utf-8")
    assert "one" not in text
    assert text.startswith("# Results\n")
    assert text.endswith("\nAfter.\n")
    assert text.count(study_results.BEGIN) == 1


def test_differing_figures_fail_the_run(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(study, "warm", lambda *_: None)
    monkeypatch.setattr(
        study, "measure", lambda *_: Results(unlike=["polars at 300, n: 1 and 2"], compared=5)
    )
    assert study.main(["--no-write", "--only", "numpy", "--sizes", "300", "--folder", str(tmp_path)]) == 1
    assert "polars at 300, n: 1 and 2" in capsys.readouterr().out


def test_too_small_a_disk_is_refused_with_a_cure(tmp_path, capsys):
    given = ["--sizes", str(10**15), "--only", "numpy", "--folder", str(tmp_path), "--no-write"]
    assert study.main(given) == 2
    assert "--folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_who_takes_too_long_is_ended():
    found = run(["sleep", "60"], limit=0.05)
    assert found.failed
    assert not found.said


def test_who_fails_is_named_and_not_counted():
    found = run(["python3", "-c", "print(1); raise SystemExit('no such file')"], limit=60)
    assert (found.failed, found.said) == ("no such file", "")
    results = Results(runs={("polars", 300): [found], ("numpy", 300): [Run(0.5, 0.4, 1, "{}")]})
    assert results.seconds("polars", 300) is None
    assert results.fastest(300) == ("numpy", 0.5)


def test_bars_are_met_by_ratio():
    def runs(key: str, rows: int, seconds: float, peak: int = 10**8) -> dict:
        return {(key, rows): [Run(seconds, seconds, peak, "{}")]}

    results = Results(
        runs=runs("analyse", 10**7, 1.4)
        | runs("openhall", 10**7, 1.6)
        | runs("numba", 10**7, 1.0)
        | runs("pingouin", 10**7, 141)
        | runs("analyse", 300, 0.61)
    )
    bars = list(study_results.bars(results))
    assert bars[0].endswith("1.40×, met")
    assert bars[1].endswith("1.60×, **not met**")
    assert any("pingouin: 101×, met" in line for line in bars)
    assert any("JSON within 0.6 s: 0.61 s, **not met**" in line for line in bars)
    assert any("peak memory at most 400 MB: 100 MB, met" in line for line in bars)
    assert sum(line.endswith("not measured") for line in bars) == 4


def test_large_sizes_are_for_those_who_can(tmp_path):
    plan = study.Asked((300,), CONTESTANTS, False, 1, 10, tmp_path, True, "")
    keys = {one.key for one in plan.taking_part(10**8)}
    assert keys == {"analyse", "openhall", "numpy", "numba", "polars_packed", "duckdb_packed"}
    assert "pspp" not in {one.key for one in plan.taking_part(10**6)}
    assert "pspp" in {one.key for one in replace(plan, long=True).taking_part(10**6)}
