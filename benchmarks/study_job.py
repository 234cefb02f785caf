"""The job every contestant of `make bench` does, what its figures look like, and how they follow from integer tables.

22 frequencies, alpha with item-total correlations and alpha if deleted of four dimensions, 6 chi-squares with V, 16
item means, the means of 5 scores (4 dimensions and the overall item) by 6 backgrounds, 30 one-way analyses of variance
with Levene's test on the mean. A dimension's score is the mean of the items answered; alpha uses complete rows. In the
data 0 is missing and codes count from 1. No contestant's counting is here.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

BACKGROUNDS = {"q1": 2, "q2": 5, "q3": 4, "q4": 4, "q5": 9, "q6": 8}  # and how many categories
DIMENSIONS = {
    "SE": ("s1", "s2", "s3", "s4", "s5"),
    "SQ": ("s6", "s7", "s8"),
    "IM": ("s9", "s10", "s11", "s12"),
    "SP": ("s13", "s14", "s15"),
}
OVERALL = "s16"
STEPS = 5
ITEMS = tuple(f"s{n}" for n in range(1, 17))
COLUMNS = (*BACKGROUNDS, *ITEMS)
SCORES = {**DIMENSIONS, OVERALL: (OVERALL,)}
GROUPS = (("q1", "q2", "q3", "q4"), ("q5", "q6"))  # backgrounds that packed keys hold together
UNIT = 60  # scores are counted in sixtieths: a mean of 1 to 5 items is a whole number of them
SAME = 1e-9  # largest relative difference of two figures that are the same
Figures = dict[str, Any]


def pairs() -> Iterator[tuple[str, str]]:
    """Score and background of each analysis of variance."""
    return ((score, background) for score in SCORES for background in BACKGROUNDS)


@cache
def places(items: int) -> Any:
    """Of each packed pattern of so many items (base 6, first item highest) its score in sixtieths, 0 with none
    answered.
    """
    import numpy as np

    codes = np.indices((STEPS + 1,) * items).reshape(items, -1)
    answered = (codes > 0).sum(axis=0)
    return np.where(answered > 0, UNIT * codes.sum(axis=0) // np.maximum(answered, 1), 0)


def figures(patterns: Mapping[str, Any], spreads: Mapping[tuple[str, str], Any]) -> Figures:
    """All figures from integer tables.

    `patterns`: of each score the number of rows with each pattern of its items, shape (6,) * items. `spreads`: of each
    pair (score, background) a table (categories + 1, 301): rows of the category (0: missing) with the score in
    sixtieths (0: missing).
    """
    counts = {}
    for background in BACKGROUNDS:
        counts[background] = spreads[OVERALL, background].sum(axis=1)
    for score, items in SCORES.items():
        for place, item in enumerate(items):
            others = tuple(axis for axis in range(len(items)) if axis != place)
            counts[item] = patterns[score].sum(axis=others)
    return {
        "n": int(counts["q1"].sum()),
        "frequencies": {key: counts[key][1:].tolist() for key in COLUMNS},
        "alphas": {key: alpha(patterns[key]) for key in DIMENSIONS},
        "chi2": {key: chi2(spreads[OVERALL, key][1:, UNIT::UNIT]) for key in BACKGROUNDS},
        "item_means": {key: mean(counts[key]) for key in ITEMS},
        "means": {f"{score} {key}": means(spreads[score, key]) for score, key in pairs()},
        "anova": {f"{score} {key}": anova(spreads[score, key]) for score, key in pairs()},
    }


def mean(counts: Any) -> float:
    total = sum(code * int(count) for code, count in enumerate(counts))
    return total / int(counts[1:].sum())


def alpha(counts: Any) -> dict[str, Any]:
    """Cronbach's alpha over complete rows, corrected item-total correlations, alpha without each item."""
    import numpy as np

    used = counts[(slice(1, None),) * counts.ndim].ravel()
    codes = np.indices((STEPS,) * counts.ndim).reshape(counts.ndim, -1).astype(np.int64) + 1
    n, sums, products = int(used.sum()), codes @ used, (codes * used) @ codes.T
    covariance = (products - sums[:, None] * (sums[None, :] / n)) / (n - 1)
    return {"alpha": _alpha(covariance), "n": n, **_items(covariance)}


def _alpha(covariance: Any) -> float:
    k = len(covariance)
    return float(k / (k - 1) * (1 - covariance.trace() / covariance.sum()))


def _items(covariance: Any) -> dict[str, list[float]]:
    import numpy as np

    found: dict[str, list[float]] = {"item_total": [], "if_deleted": []}
    for item in range(len(covariance)):
        rest = np.delete(np.arange(len(covariance)), item)
        without = covariance[np.ix_(rest, rest)]
        shared = covariance[item, rest].sum()
        found["item_total"].append(float(shared / math.sqrt(covariance[item, item] * without.sum())))
        found["if_deleted"].append(_alpha(without))
    return found


def chi2(counts: Any) -> dict[str, float]:
    """Pearson's chi-square of a table without empty rows or columns, and Cramér's V."""
    import numpy as np
    from scipy.special import chdtrc

    used = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0].astype(np.float64)
    n, rows, columns = used.sum(), used.sum(axis=1), used.sum(axis=0)
    expected = rows[:, None] * columns[None, :] / n
    value, df = float(((used - expected) ** 2 / expected).sum()), (len(rows) - 1) * (len(columns) - 1)
    strength = math.sqrt(value / (n * (min(used.shape) - 1)))
    return {"value": value, "df": df, "v": strength, "p": float(chdtrc(df, value))}


def means(counts: Any) -> list[float]:
    """The mean score of each category."""
    import numpy as np

    used = counts[1:, 1:]
    with np.errstate(invalid="ignore"):
        return ((used @ np.arange(1, counts.shape[1])) / used.sum(axis=1) / UNIT).tolist()


def anova(counts: Any) -> dict[str, float]:
    """F of the means, and of the distances from the mean of the group: Levene's test."""
    import numpy as np
    from scipy.special import fdtrc

    used = counts[1:, 1:]
    used = used[used.sum(axis=1) > 0]
    values, sizes = np.arange(1, counts.shape[1]) / UNIT, used.sum(axis=1)
    centres = (used @ np.arange(1, counts.shape[1])) / sizes / UNIT
    df1, df2 = len(sizes) - 1, int(sizes.sum()) - len(sizes)
    f = _f(used, np.broadcast_to(values, used.shape), df1, df2)
    levene = _f(used, np.abs(values - centres[:, None]), df1, df2)
    return {
        "f": f,
        "df1": df1,
        "df2": df2,
        "p": float(fdtrc(df1, df2, f)),
        "levene": levene,
        "levene_p": float(fdtrc(df1, df2, levene)),
    }


def _f(counts: Any, values: Any, df1: int, df2: int) -> float:
    sizes = counts.sum(axis=1)
    centres = (counts * values).sum(axis=1) / sizes
    whole = (sizes * centres).sum() / sizes.sum()
    between = (sizes * (centres - whole) ** 2).sum()
    within = (counts * (values - centres[:, None]) ** 2).sum()
    return float((between / df1) / (within / df2))


def unlike(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """Where two sets of figures differ: a p by more than 1e-9, all else relatively. None: a program does not say it."""
    if one is None or other is None:
        return
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            yield f"{place or 'figures'}: {sorted(one.keys() ^ other.keys())} on one side only"
        for key in one.keys() & other.keys():
            yield from unlike(one[key], other[key], f"{place} {key}".strip())
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            yield f"{place}: {len(one)} and {len(other)} figures"
        for number, (a, b) in enumerate(zip(one, other, strict=False), 1):
            yield from unlike(a, b, f"{place} {number}")
    elif not _same(one, other, absolute=place.endswith((" p", "_p"))):
        yield f"{place}: {one!r} and {other!r}"


def _same(one: float, other: float, *, absolute: bool) -> bool:
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return abs(one - other) <= SAME * (1 if absolute else max(abs(one), abs(other)))


def counted(found: Any) -> int:
    """How many figures there are."""
    if isinstance(found, dict | list):
        return sum(map(counted, found.values() if isinstance(found, dict) else found))
    return int(found is not None)


def say(main: Callable[[Path], Figures]) -> None:
    """What every contestant's file ends with: the figures of the folder given, as JSON."""
    json.dump(main(Path(sys.argv[1])), sys.stdout)
