"""What a grid of printed figures is about: counts, chi-square tests, means, reliability or analysis of
variance.

A guess, for a person to correct: the answer is a table in the audit's own format (docs/audit.md), every
figure as it is printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openhall.errors import N_, BadInput, Problem
from openhall.report.audit_cells import TOTAL, Recognised, figure_of, headings, is_count, place_of
from openhall.report.audit_counts import cross_counts, frequencies, is_a_distribution, long_counts
from openhall.report.audit_tables import Grid
from openhall.stats.audit.published import Published
from openhall.stats.audit.reading import published_of

_NUMBER = re.compile(r"表?\s*(?:table)?\s*(\d+(?:[-–—.]\d+)*)", re.I)
_DF = re.compile(r"degrees? of freedom|\bd\.?f\.?\b|自由度", re.I)
_CHI2 = re.compile(r"chi|χ|卡方", re.I)
_P = re.compile(r"\bsig|^p$|p[- ]?value|p值|显著|渐进", re.I)
_ALPHA = re.compile(r"alpha|cronbach|α|信度", re.I)
_ITEMS = re.compile(r"items?|no\.? of|number|题数|项数|题项数", re.I)
_MEAN = re.compile(r"mean|average|均值|平均|得分", re.I)
_CONTINUED = re.compile(r"continued|cont\.|续", re.I)
_NOT_SIGNIFICANT = re.compile(r"n\.?\s?s\.?", re.I)
_F = re.compile(r"^f(?:值|[- ]value)?$", re.I)


def recognise(grid: Grid, number: int = 1, kind: str = "") -> Recognised | None:
    """What the grid is, None where it cannot be told, or be read as the `kind` asked for.

    `number` makes a key where the caption has none.

    >>> men, women = ("Men", "3 (30.0)", "7 (70.0)"), ("Women", "6 (60.0)", "4 (40.0)")
    >>> found = recognise(Grid((("", "Yes", "No"), men, women), "Table 2"))
    >>> found.kind, found.tables[0]["key"], found.tables[0]["row"][0]["percent"]
    ('counts', '2', ['30.0', '70.0'])
    """
    key = key_of(grid.caption) or f"#{number}"
    looks = LOOKS[kind] if kind else [look for one in LOOKS.values() for look in one]
    found = next((found for look in looks if (found := look(grid, key))), None)
    if found and not kind and looks_like_rates(found):
        return None
    return found


def looks_like_rates(found: Recognised) -> bool:
    """One column of counts beside percentages that are no parts of a whole."""
    return found.kind == "counts" and len(found.tables[0]["columns"]) == 1 and not is_a_distribution(found)


def key_of(caption: str) -> str:
    """The number in a caption.

    >>> key_of("Table 4-7. Income"), key_of("表4—3 年龄"), key_of("Income")
    ('4-7', '4-3', '')
    """
    found = _NUMBER.search(caption)
    return re.sub("[–—]", "-", found[1]) if found else ""


def published_from(found: Sequence[Recognised], name: str, **more: Any) -> Published:
    """All recognised tables as one published report; `more`: what else is known (n, scale).

    BadInput with the place of each figure that cannot be read.
    """
    given: dict[str, Any] = dict(more)
    for one in found:
        given.setdefault(one.kind, []).extend(one.tables)
        if one.totals:
            given.setdefault("total_mean", []).extend(one.totals)
    if "counts" in given:
        given["counts"] = _joined(given["counts"])
    problems: list[Problem] = []
    published = published_of(_linked(given), name, problems)
    if problems:
        raise BadInput(N_("{file} cannot be used."), problems=problems, file=name)
    return published


def _joined(tables: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tables split over two pages (one number, one heading) put together again."""
    found: list[dict[str, Any]] = []
    for table in tables:
        first = next(
            (one for one in found if one["key"] == table["key"] and one["columns"] == table["columns"]), None
        )
        if first is None or not _CONTINUED.search(table.get("title", "")):
            found.append(table)
            continue
        place = found.index(first)
        ends: dict[str, Any] = {name: table[name] for name in ("column_totals", "total") if name in table}
        found[place] = {**first, "row": [*first["row"], *table["row"]], **ends}
    return found


def _linked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Chi-square tests tied to the one table whose variable or title they name, factors to their groups."""
    tables = given.get("counts", [])
    titles = [_words(f"{table.get('title', '')} {table.get('row_variable', '')}") for table in tables]

    def named(text: str) -> Mapping[str, Any] | None:
        found = [table for table, words in zip(tables, titles, strict=True) if words & _words(text)]
        return found[0] if len(found) == 1 else None

    linked = dict(given)
    if "test" in given:
        linked["test"] = [
            {**test, "table": table["key"]}
            if not test.get("table") and (table := named(test.get("row", "")))
            else test
            for test in given["test"]
        ]
    if "anova" in given:
        linked["anova"] = [
            {
                "groups": [len(table["row"]) if (table := named(one)) else "" for one in anova["factors"]],
                **anova,
            }
            for anova in given["anova"]
        ]
    return linked


def _words(text: str) -> set[str]:
    common = {"overall", "satisfaction", "table", "of", "the", "and", "by", "different", "groups"}
    return {word for word in re.findall(r"[^\W\d_]{2,}", text.casefold()) if word not in common}


def chi_squares(grid: Grid, key: str) -> Recognised | None:
    """A chi-square test a line."""
    heads, rows = headings(grid)
    chi2, p = place_of(heads, _CHI2), place_of(heads, _P)
    if chi2 is None or p is None or chi2 == p:
        return None
    df = place_of(heads, _DF)
    found = [
        {
            "place": key,
            "row": row[0],
            "kind": "chi2",
            "statistic": row[chi2],
            "p": _chance(row[p]),
            **({"df": row[df]} if df is not None else {}),
        }
        for row in rows
        if figure_of(row[chi2])
    ]
    return Recognised("test", tuple(found)) if found else None


def _chance(cell: str) -> str:
    """A p as printed; what is not significant without one is above .05, words are nothing."""
    if _NOT_SIGNIFICANT.fullmatch(cell.strip()):
        return ">0.05"
    return cell if figure_of(cell) else ""


def alphas(grid: Grid, key: str) -> Recognised | None:
    """A reliability coefficient a line."""
    heads, rows = headings(grid)
    alpha = place_of(heads, _ALPHA)
    if alpha is None:
        return None
    items = next(
        (
            j
            for j, head in enumerate(heads)
            if j not in (0, alpha) and _ITEMS.search(head) and all(is_count(row[j]) for row in rows)
        ),
        None,
    )
    found = [
        {
            "place": key,
            "row": row[0],
            "key": row[0],
            "alpha": row[alpha],
            **({"items": row[items]} if items is not None else {}),
        }
        for row in rows
        if figure_of(row[alpha])
    ]
    return Recognised("alpha", tuple(found)) if found else None


def anova(grid: Grid, key: str) -> Recognised | None:
    """Factors across, F and p of each in two columns or in two lines."""
    heads, rows = headings(grid)
    last = [head.split()[-1] if head else "" for head in heads]
    pairs = [(j, j + 1) for j in range(1, len(heads) - 1) if _F.search(last[j]) and _P.search(last[j + 1])]
    if pairs:
        top = grid.rows[0]
        factors = [top[f] or top[p] or heads[f] for f, p in pairs]
        lines = [(row[0], [row[f] for f, _ in pairs], [row[p] for _, p in pairs]) for row in rows]
    else:
        columns = [j for j, head in enumerate(heads) if j and _F.search(_last_f(head)) and _P.search(head)]
        factors = [re.split(r"\bF\b", heads[j])[0].strip() or heads[j] for j in columns]
        lines = [
            (row[0] or below[0], [row[j] for j in columns], [below[j] for j in columns])
            for row, below in zip(rows[::2], rows[1::2], strict=False)
        ]
    lines = [line for line in lines if any(figure_of(one) for one in line[1])]
    if not factors or not lines:
        return None
    table = {
        "key": key,
        "factors": factors,
        "row": [{"label": label, "F": fs, "p": ps} for label, fs, ps in lines],
    }
    return Recognised("anova", (table,))


def _last_f(head: str) -> str:
    """The F among the words of a heading over two lines of figures."""
    return next((word for word in head.split() if _F.search(word)), "")


def means(grid: Grid, key: str) -> Recognised | None:
    """A dimension a line: its items' means (in one cell or several), then their mean."""
    heads, rows = headings(grid)
    columns = [j for j, head in enumerate(heads) if j and _MEAN.search(head)]
    if not columns:
        return None
    out, totals = [], []
    for row in rows:
        figures = [one for j in columns for one in re.split(r"[、/,;，；\s]+", row[j]) if figure_of(one)]
        if TOTAL.match(row[0]) and figures:
            totals.append({"place": key, "row": row[0], "mean": figures[-1]})
        elif len(figures) > 1:
            out.append(
                {"place": key, "row": row[0], "key": row[0], "items": figures[:-1], "mean": figures[-1]}
            )
    return Recognised("means", tuple(out), tuple(totals)) if out else None


Look = Callable[[Grid, str], Recognised | None]
LOOKS: dict[str, tuple[Look, ...]] = {
    "test": (chi_squares,),
    "alpha": (alphas,),
    "anova": (anova,),
    "means": (means,),
    "counts": (long_counts, cross_counts, frequencies),
}
