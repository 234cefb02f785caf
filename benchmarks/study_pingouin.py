"""pandas + pingouin: what analysts write. pingouin is GPL: it is called here, in a process of its own, nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pingouin
from benchmarks.study_job import BACKGROUNDS, DIMENSIONS, ITEMS, OVERALL, Figures, pairs, say
from benchmarks.study_pandas import frequencies, means, read


def main(path: Path) -> Figures:
    data = read(path)
    return {
        "n": len(data),
        "frequencies": frequencies(data),
        "alphas": {key: alpha(data[list(items)].dropna()) for key, items in DIMENSIONS.items()},
        "chi2": {key: chi2(data, key) for key in BACKGROUNDS},
        "item_means": {key: float(data[key].mean()) for key in ITEMS},
        "means": {f"{score} {key}": means(data, score, key) for score, key in pairs()},
        "anova": {f"{score} {key}": anova(data, score, key) for score, key in pairs()},
    }


def alpha(items: pd.DataFrame) -> dict[str, Any]:
    def of(some: pd.DataFrame) -> float:
        return float(pingouin.cronbach_alpha(some)[0])

    return {
        "alpha": of(items),
        "n": len(items),
        "item_total": [float(items[key].corr(items.drop(columns=key).sum(axis=1))) for key in items],
        "if_deleted": [of(items.drop(columns=key)) for key in items],
    }


def chi2(data: pd.DataFrame, background: str) -> dict[str, float]:
    used = data[[background, OVERALL]].dropna()
    _, _, found = pingouin.chi2_independence(used, x=background, y=OVERALL, correction=False)
    pearson = found[found["test"] == "pearson"].iloc[0]
    return {
        "value": float(pearson["chi2"]),
        "df": int(pearson["dof"]),
        "v": float(pearson["cramer"]),
        "p": float(pearson["pval"]),
    }


def anova(data: pd.DataFrame, score: str, background: str) -> dict[str, float]:
    used = data[[background, score]].dropna()
    found = pingouin.anova(used, dv=score, between=background, detailed=True).iloc
    levene = pingouin.homoscedasticity(used, dv=score, group=background, method="levene", center="mean").iloc[
        0
    ]
    return {
        "f": float(found[0]["F"]),
        "df1": int(found[0]["DF"]),
        "df2": int(found[1]["DF"]),
        "p": float(found[0].filter(like="unc").iloc[0]),
        "levene": float(levene["W"]),
        "levene_p": float(levene["pval"]),
    }


if __name__ == "__main__":
    say(main)
