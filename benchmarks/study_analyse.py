"""OpenHall's own command line, `openhall analyse`, and what of its report the job also has.

It does more than the job: all of chapter 4, with descriptions, post-hoc comparisons, Monte-Carlo p values and effect
sizes with their intervals.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.study_job import BACKGROUNDS, DIMENSIONS, ITEMS, OVERALL, Figures

LABELS = dict(
    zip(
        ("Gender", "Age", "Education", "Political status", "Occupation", "Household income"),
        BACKGROUNDS,
        strict=True,
    )
)


def command(folder: Path, out: Path) -> list[str]:
    openhall = Path(sys.executable).with_name("openhall")
    study = ["--study", str(folder / "study.toml"), "--formats", "json", "--out", str(out), "--quiet"]
    return [str(openhall), "analyse", str(folder / "store"), *study]


def read(out: Path) -> Figures:
    """The job's figures that the report has; None for what it does not say (it has no analysis of the overall item)."""
    report = json.loads((out / "report.json").read_text("utf-8"))
    tables = {
        block["key"]: block["rows"]
        for section in report["sections"]
        for block in section["blocks"]
        if block["kind"] == "table"
    }
    items = [row["mean"] for row in tables["4-9"] if not row.get("total")]
    found = zip(analysed(DIMENSIONS), tables["4-10"], tables["4-10a"], strict=True)
    return {
        "n": None,
        "frequencies": None,
        "alphas": dict(zip(DIMENSIONS, alphas(tables["4-1"], tables["4-1a"]), strict=True)),
        "chi2": {LABELS[row["background"]]: chi2(row) for row in tables["4-2"]},
        "item_means": dict(zip(ITEMS, items, strict=True)),
        "means": None,
        "anova": {f"{OVERALL} {key}": None for key in BACKGROUNDS}
        | {pair: anova(row, check) for pair, row, check in found},
    }


def analysed(scores: Iterable[str]) -> Iterator[str]:
    """Pairs in the order of the report: each score by all backgrounds."""
    return (f"{score} {key}" for score in scores for key in BACKGROUNDS)


def alphas(dimensions: list[dict[str, Any]], items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in dimensions:
        mine = [item for item in items if item["group"] == row["dimension"]]
        yield {
            "alpha": row["alpha"],
            "n": row["n"],
            "item_total": [item["item_total"] for item in mine],
            "if_deleted": [item["alpha_if_deleted"] for item in mine],
        }


def chi2(row: dict[str, Any]) -> dict[str, Any]:
    return {"value": row["chi_square"], "df": row["df"], "v": row["v"], "p": row["p"]}


def anova(row: dict[str, Any], check: dict[str, Any]) -> dict[str, Any]:
    same = {key: row[key] for key in ("f", "df1", "df2", "p")}
    return {**same, "levene": check["levene_f"], "levene_p": check["levene_p"]}
