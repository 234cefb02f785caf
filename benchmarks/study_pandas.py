"""pandas as one would use it: columns of floats, one table after another, over the Parquet file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from benchmarks.study_job import (
    BACKGROUNDS,
    COLUMNS,
    DIMENSIONS,
    ITEMS,
    OVERALL,
    STEPS,
    Figures,
    pairs,
    say,
)
from scipy.special import chdtrc, fdtrc


def main(path: Path) -> Figures:
    data = read(path)
    return {
        "n": int(data["q1"].count()) + int(data["q1"].isna().sum()),
        "frequencies": frequencies(data),
        "alphas": {key: alpha(data[list(items)].dropna()) for key, items in DIMENSIONS.items()},
        "chi2": {key: chi2(pd.crosstab(data[key], data[OVERALL])) for key in BACKGROUNDS},
        "item_means": {key: float(data[key].mean()) for key in ITEMS},
        "means": {f"{score} {key}": means(data, score, key) for score, key in pairs()},
        "anova": {f"{score} {key}": anova(data, score, key) for score, key in pairs()},
    }


def read(path: Path) -> pd.DataFrame:
    """The answers with gaps, and a column for the score of each dimension."""
    data = pd.read_parquet(path / "answers.parquet").replace(0, np.nan)
    for key, items in DIMENSIONS.items():
        data[key] = data[list(items)].mean(axis=1)
    return data


def frequencies(data: pd.DataFrame) -> dict[str, list[int]]:
    return {
        key: data[key]
        .value_counts()
        .reindex(range(1, BACKGROUNDS.get(key, STEPS) + 1), fill_value=0)
        .tolist()
        for key in COLUMNS
    }


def alpha(items: pd.DataFrame) -> dict[str, Any]:
    def of(covariance: pd.DataFrame) -> float:
        k = len(covariance)
        return float(k / (k - 1) * (1 - np.trace(covariance) / covariance.to_numpy().sum()))

    covariance = items.cov()
    return {
        "alpha": of(covariance),
        "n": len(items),
        "item_total": [float(items[key].corr(items.drop(columns=key).sum(axis=1))) for key in items],
        "if_deleted": [of(covariance.drop(index=key, columns=key)) for key in items],
    }


def chi2(counts: pd.DataFrame) -> dict[str, float]:
    n = counts.to_numpy().sum()
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    value, df = (
        float(((counts - expected) ** 2 / expected).to_numpy().sum()),
        (len(counts) - 1) * (len(counts.columns) - 1),
    )
    strength = float(np.sqrt(value / (n * (min(counts.shape) - 1))))
    return {"value": value, "df": df, "v": strength, "p": float(chdtrc(df, value))}


def means(data: pd.DataFrame, score: str, background: str) -> list[float]:
    found = data.groupby(background)[score].mean()
    return found.reindex(range(1, BACKGROUNDS[background] + 1)).tolist()


def anova(data: pd.DataFrame, score: str, background: str) -> dict[str, float]:
    used = data[[background, score]].dropna()
    f, df1, df2 = _f(used, background, score)
    used["distance"] = (used[score] - used.groupby(background)[score].transform("mean")).abs()
    levene, _, _ = _f(used, background, "distance")
    return {
        "f": f,
        "df1": df1,
        "df2": df2,
        "p": float(fdtrc(df1, df2, f)),
        "levene": levene,
        "levene_p": float(fdtrc(df1, df2, levene)),
    }


def _f(used: pd.DataFrame, background: str, column: str) -> tuple[float, int, int]:
    groups = used.groupby(background)[column].agg(["size", "mean", "var"])
    df1, df2 = len(groups) - 1, len(used) - len(groups)
    between = (groups["size"] * (groups["mean"] - used[column].mean()) ** 2).sum()
    within = ((groups["size"] - 1) * groups["var"]).sum()
    return float((between / df1) / (within / df2)), df1, df2


if __name__ == "__main__":
    say(main)
