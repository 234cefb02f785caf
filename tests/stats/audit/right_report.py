"""A report made from random answers and printed rightly, under any usual convention of rounding.

The figures are computed here from the answers, with NumPy and SciPy, not with the audit's own arithmetic.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import numpy as np
from scipy import stats

from openhall.stats.audit.reading import FORMAT

MODES = {"half up": ROUND_HALF_UP, "half even": ROUND_HALF_EVEN, "half down": ROUND_HALF_DOWN}
BASES = ("row", "column", "total")


@dataclass(frozen=True)
class Style:
    """How figures are printed."""

    mode: str = "half up"
    percents: int = 1
    decimals: int = 2  # of means and sds
    statistics: int = 3
    p: int = 3
    zero_p: bool = False  # .000, as SPSS prints, instead of < .001
    leading_zero: bool = True
    base: str = "row"

    def __call__(self, value: float, places: int) -> str:
        exact = Decimal(repr(float(f"{value:.12g}")))  # as a program shows it, ties included
        text = f"{exact.quantize(Decimal(1).scaleb(-places), MODES[self.mode]):f}"
        return (
            text.replace("0.", ".", 1)
            if not self.leading_zero and text.lstrip("-").startswith("0.")
            else text
        )

    def chance(self, p: float) -> str:
        text = self(p, self.p)
        if float(text) == 0 and not self.zero_p:
            return f"<{Decimal(1).scaleb(-self.p):f}"
        return text


def crossed(rows, columns, levels, steps):
    """Counts of two columns of codes 0, 1, …; nan is missing."""
    table = np.zeros((levels, steps), dtype=int)
    for row, column in zip(rows, columns, strict=True):
        if not (np.isnan(row) or np.isnan(column)):
            table[int(row), int(column)] += 1
    return table


def pearson(table):
    """Chi-square, df and p without empty lines; None where there is nothing to test."""
    kept = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(kept.shape) < 2:
        return None
    found = stats.chi2_contingency(kept, correction=False)
    return found.statistic, found.dof, found.pvalue


def shares(table, base):
    """Percentages, None where the base is 0."""
    bases = {
        "row": np.broadcast_to(table.sum(axis=1, keepdims=True), table.shape),
        "column": np.broadcast_to(table.sum(axis=0, keepdims=True), table.shape),
        "total": np.full(table.shape, table.sum()),
    }[base]
    return [
        [
            100 * int(count) / int(whole) if whole else None
            for count, whole in zip(counts, wholes, strict=True)
        ]
        for counts, wholes in zip(table, bases, strict=True)
    ]


def counts_table(key, factor, table, style, totals):
    rows = [
        {
            "label": f"{factor} {i}",
            "counts": [int(count) for count in counts],
            "percent": ["" if one is None else style(one, style.percents) for one in percents],
            **({"total": int(counts.sum())} if totals else {}),
        }
        for i, (counts, percents) in enumerate(zip(table, shares(table, style.base), strict=True))
    ]
    return {
        "key": key,
        "row_variable": factor,
        "column_variable": "overall",
        "columns": [f"step {j}" for j in range(table.shape[1])],
        "scores": list(range(1, table.shape[1] + 1)),
        "base": style.base,
        "row": rows,
        **(
            {"column_totals": [int(one) for one in table.sum(axis=0)], "total": int(table.sum())}
            if totals
            else {}
        ),
    }


def f_of(groups):
    """F, its degrees of freedom and p; None where it cannot be computed."""
    groups = [group for group in groups if len(group)]
    n, k = sum(map(len, groups)), len(groups)
    if k < 2 or n <= k or all(np.ptp(group) == 0 for group in groups):
        return None
    f = max(float(stats.f_oneway(*groups).statistic), 0.0)  # equal means may come out as −1e-16
    return (f, k - 1, n - k, float(stats.f.sf(f, k - 1, n - k))) if np.isfinite(f) else None


def report(seed: int, style: Style, *, missing: bool = False, totals: bool = False) -> dict:
    """The whole report in the audit's format, as nested tables."""
    random = np.random.default_rng(seed)
    n = int(random.integers(12, 400))
    factors = {
        f"factor{k}": random.integers(0, size, n).astype(float)
        for k, size in enumerate(random.integers(2, 7, int(random.integers(1, 5))))
    }
    steps = int(random.integers(2, 6))
    lean = random.dirichlet(np.full(steps, 2.0))
    overall = random.choice(steps, n, p=lean).astype(float)
    if missing:
        for column in factors.values():
            column[random.random(n) < 0.05] = np.nan
    out = {"format": FORMAT, "n": n, "scale": [1, 5], "counts": [], "test": [], "sample": [], "text": []}
    for number, (name, column) in enumerate(factors.items(), 3):
        levels = int(np.nanmax(column)) + 1
        table = crossed(column, overall, levels, steps)
        key = f"4-{number}"
        out["counts"].append(counts_table(key, name, table, style, totals))
        sizes = [int(one) for one in table.sum(axis=1)]
        out["sample"].append(
            {
                "place": f"text {name}",
                "variable": name,
                "sizes": sizes,
                "percents": [style(100 * one / sum(sizes), 1) for one in sizes],
            }
        )
        found = pearson(table)
        if found:
            chi2, df, p = found
            out["test"].append(
                {
                    "place": "4-2",
                    "row": name,
                    "kind": "chi2",
                    "df": int(df),
                    "table": key,
                    "statistic": style(chi2, style.statistics),
                    "p": style.chance(p),
                    "significant": bool(p < 0.05),
                }
            )
            out["text"].append({"text": apa("χ²", f"{df}, N = {sum(sizes)}", chi2, p, style)})
            out["text"].append({"text": f"检验结果：χ²={style(chi2, 2)}，df={df}，P{chinese(p, style)}。"})
    out.update(_scales(random, n, factors if not missing else {}, style, out))
    out["sum"] = [{"parts": sizes, "total": sum(sizes)}]
    return out


def apa(name, df, value, p, style):
    shown = style.chance(p)
    said = f"< {shown[1:]}" if shown[0] == "<" else f"= {shown}"
    return f"It was so, {name}({df}) = {style(value, 2)}, p {said}."


def chinese(p, style):
    shown = style.chance(p)
    return shown if shown[0] == "<" else f"={shown}"


def _scales(random, n, factors, style, out):
    """Reliability, means, analyses of variance and group means of two to four dimensions."""
    dimensions = {}
    for k in range(int(random.integers(2, 5))):
        size = int(random.integers(2, 6))
        trait = random.normal(0, 1, n)[:, None]
        dimensions[f"D{k}"] = np.clip(np.rint(3 + trait + random.normal(0, 1, (n, size))), 1, 5)
    alphas, means, moments, groups, rows = [], [], [], [], []
    for name, items in dimensions.items():
        alphas.append(_alpha(name, items, style))
        means.append(
            {
                "place": "4-9",
                "row": name,
                "key": name,
                "expected": items.shape[1],
                "items": [style(one, style.decimals) for one in items.mean(axis=0)],
                "mean": style(items.mean(), style.decimals),
            }
        )
        moments += _moments(name, items, n, style)
        score = items.mean(axis=1)
        row = {"label": name, "F": [], "p": []}
        for factor, column in factors.items():
            parts = [score[column == level] for level in np.unique(column)]
            found = f_of(parts)
            row["F"].append(style(found[0], 2) if found else "")
            row["p"].append(style.chance(found[3]) if found else "")
            if found:
                groups.append(_groups(f"{name} {factor}", parts, found[0], items.shape[1], score, style))
                df = f"{found[1]}, {found[2]}"
                out["text"].append({"text": apa("F", df, found[0], found[3], style)})
        rows.append(row)
        out["text"].append({"text": _t_text(score, style)})
    found = {"alpha": alphas, "means": means, "moment": moments, "groups": groups}
    average = np.mean([items.mean() for items in dimensions.values()])
    found["total_mean"] = [{"place": "4-9", "mean": style(average, style.decimals)}]
    if factors:
        counted = [len(np.unique(column)) for column in factors.values()]
        found["anova"] = [{"key": "4-10", "factors": list(factors), "groups": counted, "row": rows}]
    return found


def _alpha(name, items, style):
    k = items.shape[1]
    variances, whole = items.var(axis=0, ddof=1), items.sum(axis=1).var(ddof=1)
    alpha = k / (k - 1) * (1 - variances.sum() / whole) if whole else 0.0
    found = {"place": "4-1", "row": name, "key": name, "items": k, "alpha": style(alpha, 3)}
    if whole > 0.1:
        found |= {
            "item_sds": [style(sd, style.decimals) for sd in np.sqrt(variances)],
            "scale_sd": style(np.sqrt(whole), style.decimals),
        }
    return found


def _moments(name, items, n, style):
    found = [
        {
            "place": "4-11",
            "row": f"{name}{j}",
            "n": n,
            "mean": style(column.mean(), style.decimals),
            "sd": style(column.std(ddof=1), style.decimals),
        }
        for j, column in enumerate(items.T)
    ]
    happy = (items[:, 0] >= 4).astype(float)
    binary = {
        "place": "4-12",
        "row": name,
        "n": n,
        "binary": True,
        "mean": style(happy.mean(), style.decimals),
        "sd": style(happy.std(ddof=1), style.decimals),
        "percent": style(100 * happy.mean(), style.percents),
    }
    return [*found, binary]


def _groups(label, parts, f, items, score, style):
    return {
        "place": "4-13",
        "row": label,
        "items": items,
        "F": style(f, 2),
        "total_mean": style(score.mean(), style.decimals),
        "total_n": len(score),
        "group": [
            {
                "label": f"group {g}",
                "n": len(part),
                "mean": style(part.mean(), style.decimals),
                **({"sd": style(part.std(ddof=1), style.decimals)} if len(part) > 1 else {"sd": "0.00"}),
            }
            for g, part in enumerate(parts)
        ],
    }


def _t_text(score, style):
    t, p = stats.ttest_1samp(score, 3)
    if not np.isfinite(t):
        return "Nothing to test."
    return apa("t", str(len(score) - 1), t, p, style)


def as_text(given: dict) -> str:
    """The report as the text of a file."""
    return json.dumps(given, ensure_ascii=False)


FACTORS = {"gender": 2, "age": 5, "education": 4, "political_status": 4, "occupation": 9, "income": 8}
DIMENSIONS = {"SE": 5, "SQ": 3, "IM": 4, "SP": 3}


def reference_layout(seed: int, style: Style, n: int, times: int = 1) -> str:
    """The reference study's layout from random answers of n people, every count printed `times` times as large."""
    random = np.random.default_rng(seed)
    factors = {
        name: random.choice(size, n, p=random.dirichlet(np.full(size, 3.0))) for name, size in FACTORS.items()
    }
    for name, column in factors.items():
        column[: FACTORS[name]] = range(FACTORS[name])  # nobody's group is empty
    overall = random.choice(5, n, p=random.dirichlet(np.full(5, 3.0)))
    tables = {name: crossed(column, overall, FACTORS[name], 5) for name, column in factors.items()}
    out = ["[table_4_2_chi_square]"]
    for name, table in tables.items():
        chi2, df, p = pearson(table) or (0.0, 0, 1.0)
        out.append(f"{name} = {{ df = {df}, chi_square = {style(chi2, 3)}, p = {style(p, 3)} }}")
    for number, (name, table) in enumerate(tables.items(), 3):
        out.append(f"[table_4_{number}_{name}]")
        for i, (counts, percents) in enumerate(zip(table, shares(table, "row"), strict=True)):
            shown = [style(one or 0.0, style.percents) for one in percents]
            printed = [int(times * count) for count in counts]
            out.append(f'"{name} {i}" = {{ counts = {printed}, percent = [{", ".join(shown)}] }}')
    out += _reference_scales(random, n, factors, style)
    out.append("[sample]")
    out += [f"{name} = {[int(times * one) for one in table.sum(axis=1)]}" for name, table in tables.items()]
    return "\n".join(out)


def _reference_scales(random, n, factors, style):
    """Tables 4-1, 4-9 and 4-10 of the layout."""
    reliability, means, anova, averages = (
        ["[table_4_1_reliability]"],
        ["[table_4_9_means]"],
        ["[table_4_10_anova]"],
        [],
    )
    for name, size in DIMENSIONS.items():
        trait = random.normal(0, 1, n)[:, None]
        items = np.clip(np.rint(3 + trait + random.normal(0, 1, (n, size))), 1, 5)
        reliability.append(f"{name} = {{ items = {size}, alpha = {_alpha(name, items, style)['alpha']} }}")
        shown = ", ".join(style(one, 2) for one in items.mean(axis=0))
        means.append(f"{name} = {{ items = [{shown}], mean = {style(items.mean(), 2)} }}")
        averages.append(items.mean())
        tests = [
            f_of([items.mean(axis=1)[column == level] for level in np.unique(column)])
            for column in factors.values()
        ]
        fs, ps = (", ".join(style(one[k], 2 + k // 3) for one in tests) for k in (0, 3))
        anova.append(f"{name} = {{ F = [{fs}], p = [{ps}] }}")
    means.append(f"total = {style(np.mean(averages), 2)}")
    order = ["gender", "age", "education", "political_status", "occupation", "income"]
    assert list(factors) == order
    return [*reliability, *means, *anova]
