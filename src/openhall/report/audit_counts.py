"""Grids of counts: cross tables with percentages beside or in brackets, answers one a line, one question's
frequencies. What the percentages are of is told from the figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from openhall.report.audit_cells import (
    COUNT_HEAD,
    MISSING,
    PERCENT_HEAD,
    TOTAL,
    Recognised,
    figure_of,
    headings,
    numbers,
    place_of,
    split,
)
from openhall.report.audit_tables import Grid

NEARLY = 5.0  # per cent: shares that miss 100 by more are of something else
_VALID = re.compile(r"valid|有效", re.I)
_CUMULATED = re.compile(r"cumul|累[积计]", re.I)
_PEOPLE = re.compile(r"n|people|respondents|人数|样本量", re.I)


def long_counts(grid: Grid, key: str) -> Recognised | None:
    """One answer a line: group, answer, count, percentage; the group named once or repeated."""
    heads, rows = headings(grid)
    count, percent = place_of(heads, COUNT_HEAD, 2), place_of(heads, PERCENT_HEAD, 2)
    if count is None or len(heads) not in (3, 4):
        return None
    groups = _in_groups(rows, count, percent)
    answers = list(dict.fromkeys(answer for _, cells in groups for answer in cells))
    if len(groups) < 2 or len(answers) < 2:
        return None
    table = {
        "key": key,
        "title": grid.caption,
        "columns": answers,
        "row": [
            {
                "label": label,
                "counts": [cells.get(answer, ("", ""))[0] for answer in answers],
                **({"percent": [cells.get(answer, ("", ""))[1] for answer in answers]} if percent else {}),
            }
            for label, cells in groups
        ],
    }
    return Recognised("counts", (_titled(table, grid),))


def _in_groups(
    rows: Sequence[tuple[str, ...]], count: int, percent: int | None
) -> list[tuple[str, dict[str, tuple[str, str]]]]:
    """Lines parted into groups: a new one begins with a known answer, or with another name after a whole one.

    The name may stand beside any line of its group (a merged cell), even in pieces.
    """
    groups: list[tuple[list[str], dict[str, tuple[str, str]]]] = []
    for row in rows:
        if not row[1] or TOTAL.fullmatch(row[1]):
            continue
        if not groups or row[1] in groups[-1][1]:
            groups.append(([], {}))
        names, cells = groups[-1]
        if row[0] and row[0] not in names:
            names.append(row[0])
        cells[row[1]] = (row[count], row[percent] if percent is not None else "")
    return [(" ".join(names) or f"#{number}", cells) for number, (names, cells) in enumerate(groups, 1)]


def cross_counts(grid: Grid, key: str) -> Recognised | None:
    """A group a line: counts, counts with percentages in brackets, or count and percentage in turn."""
    heads, rows = headings(grid)
    body = [row for row in rows if numbers([split(cell)[0] or split(cell)[1] for cell in row[1:]]) >= 2]
    if len(body) < 2 or len(heads) < 3:
        return None
    columns = [j for j in range(1, len(heads)) if _holds_figures(body, j)]
    turned = [j for j in columns if _is_percent(heads[j], [row[j] for row in body])]
    plain = [j for j in columns if j not in turned]
    counted = [j for j in plain if not TOTAL.fullmatch(_heading(heads[j], j))]
    total = next((j for j in plain if j not in counted), None)
    if len(turned) == len(plain) > len(counted):  # the total column has its own percentages
        turned = [turned[plain.index(j)] for j in counted]
    percents = turned if len(turned) == len(counted) else []
    figures = [figure for row in body for j in counted if (figure := figure_of(split(row[j])[0]))]
    weighted = any(not figure.is_whole for figure in figures)
    if not figures or (
        weighted and not percents and not any(split(row[j])[1] for row in body for j in counted)
    ):
        return None
    read = [_line(row, counted, percents, total) for row in body]
    table: dict[str, Any] = {
        "key": key,
        "title": grid.caption,
        "columns": [_heading(heads[j], j) for j in counted],
        "row": [line for line in read if not TOTAL.fullmatch(line["label"])],
        **({"weighted": True} if weighted else {}),
    }
    for line in read:
        if TOTAL.fullmatch(line["label"]):
            table["column_totals"] = line["counts"]
            if line.get("total"):
                table["total"] = line["total"]
    if len(counted) < 2 or len(table["row"]) < 1:
        return None
    return Recognised("counts", (_titled(table, grid),))


def _holds_figures(body: Sequence[Sequence[str]], j: int) -> bool:
    filled = [split(row[j]) for row in body if row[j]]
    return any(count or percent for count, percent in filled) and all(
        figure_of(count or percent) for count, percent in filled
    )


def _is_percent(head: str, cells: Sequence[str]) -> bool:
    """A column of percentages alone: so headed or with their sign, and no counts before brackets."""
    filled = [cell for cell in cells if cell]
    if any(split(cell)[1] for cell in filled):
        return False
    return bool(PERCENT_HEAD.search(head)) or all(cell[-1] in "%％" for cell in filled)


def frequencies(grid: Grid, key: str) -> Recognised | None:
    """One answer a line with its count and percentage: a cross table of one column.

    Valid percentages are taken where both stand. Answers one person may give several of become columns,
    since their percentages are of people.

    >>> rows = (("Age", "n", "%"), ("young", "30", "60.0"), ("old", "20", "40.0"), ("Total", "50", "100.0"))
    >>> table = frequencies(Grid(rows, "Table 1"), "1").tables[0]
    >>> table["columns"], table["row"][1], table["column_totals"]
    (['n'], {'label': 'old', 'counts': ['20'], 'percent': ['40.0']}, ['50'])
    """
    heads, lines = headings(grid)
    lines = [row for row in lines if any(row[1:])]
    places = [j for j in range(1, len(heads)) if _holds_figures(lines, j)]
    shares = [
        j
        for j in places
        if _is_percent(heads[j], [row[j] for row in lines]) and not _CUMULATED.search(heads[j])
    ]
    rest = [j for j in places if j not in shares and not _CUMULATED.search(heads[j])]
    if len(rest) != 1 or not _all_whole(lines, rest[0]):
        return None  # several counts: a cross table
    valid = next((j for j in shares if _VALID.search(heads[j])), None)
    count, percent = rest[0], valid if valid is not None else next(iter(shares), None)
    pairs = [(row[0], *_pair(row, count, percent)) for row in lines]
    total = next((n for label, n, _ in pairs if TOTAL.fullmatch(label) or _PEOPLE.fullmatch(label)), "")
    left_out = [label for label, _, share in pairs if MISSING.fullmatch(label) and not share]
    answers = [
        one
        for one in pairs
        if not (TOTAL.fullmatch(one[0]) or _PEOPLE.fullmatch(one[0]) or one[0] in left_out)
    ]
    if len(answers) < 2:
        return None
    table: dict[str, Any] = {"key": key, "title": grid.caption, "row_variable": heads[0]}
    if total and _exceeds(answers):
        return Recognised("counts", (_of_people(table, answers, total),))
    table |= {
        "columns": [heads[count] or "n"],
        "base": "column",
        "row": [
            {"label": label, "counts": [n], **({"percent": [share]} if share else {})}
            for label, n, share in answers
        ],
        **({"column_totals": [total]} if total and not left_out else {}),
    }
    return Recognised("counts", (table,))


def is_a_distribution(found: Recognised) -> bool:
    """Do the percentages of one column add up to about 100?"""
    shares = [figure_of(one) for row in found.tables[0]["row"] for one in row.get("percent", [])]
    return abs(sum(share.value for share in shares if share) - 100) < NEARLY


def _pair(row: Sequence[str], count: int, percent: int | None) -> tuple[str, str]:
    n, share = split(row[count])
    return n, row[percent] if percent is not None else share


def _all_whole(lines: Sequence[Sequence[str]], j: int) -> bool:
    found = [figure_of(split(row[j])[0]) for row in lines if split(row[j])[0]]
    return len(found) > 1 and all(figure is not None and figure.is_whole for figure in found)


def _exceeds(answers: Sequence[tuple[str, str, str]]) -> bool:
    return sum(share.value for *_, one in answers if (share := figure_of(one))) > 100 + NEARLY


def _of_people(table: dict[str, Any], answers: Sequence[tuple[str, str, str]], people: str) -> dict[str, Any]:
    counts, shares = [n for _, n, _ in answers], [share for *_, share in answers]
    row = {"label": "n", "counts": counts, "percent": shares, "total": people}
    named = {name: table[name] for name in ("key", "title")}
    return {**named, "columns": [label for label, *_ in answers], "row": [row], "several_answers": True}


def _titled(table: dict[str, Any], grid: Grid) -> dict[str, Any]:
    corner = grid.rows[0][0]
    return {**table, **({"row_variable": corner} if corner else {})}


def _heading(head: str, place: int) -> str:
    """A column's name without its “n”."""
    return COUNT_HEAD.sub("", head).strip(" ,()/") or head or str(place)


def _line(
    row: Sequence[str], counted: Sequence[int], percents: Sequence[int], total: int | None
) -> dict[str, Any]:
    cells = [split(row[j]) for j in counted]
    shares = [row[j] for j in percents] or [percent for _, percent in cells]
    return {
        "label": row[0],
        "counts": [count for count, _ in cells],
        **({"percent": shares} if any(shares) else {}),
        **({"total": whole} if total is not None and figure_of(whole := split(row[total])[0]) else {}),
    }
