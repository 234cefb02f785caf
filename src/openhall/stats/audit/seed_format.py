"""The layout of the reference study's `published.toml`, turned into the general format.

Its tables are named after the study's (table_4_3_age, …). The file gives the tables only; the sentences of
the study's text that carry figures (copies issued, the middle of the scale) stand in
`data/published_2018.toml` and are added when the sample is this study's.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from openhall.errors import N_, Problem

COLUMNS = ["Very satisfied", "More satisfied", "General", "Less satisfied", "Not satisfied"]
SCORES = [5, 4, 3, 2, 1]
FACTORS = ["gender", "age", "education", "political_status", "occupation", "income"]
OVERALL = "overall_satisfaction"
_TABLE = re.compile(r"table_(\d+)_(\d+)_(\w+)")
_TEXT_KEYS = ("fieldwork", "text")


def is_seed(given: Mapping[str, Any]) -> bool:
    """Is it this layout?"""
    return any(_TABLE.fullmatch(key) for key in given)


@cache
def _packaged() -> Mapping[str, Any]:
    text = resources.files("openhall").joinpath("data/published_2018.toml").read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=str)


def converted(given: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """The general format's tables; a problem where a table cannot be understood."""
    whole = dict(given)
    own = given.get("sample") == _packaged()["sample"]
    if own:
        whole.update({key: _packaged()[key] for key in _TEXT_KEYS if key not in given})
    out: dict[str, Any] = {"notes": ["text_added"] if own and "text" not in given else []}
    for key, content in whole.items():
        place, make = _maker(key)
        if make is None or not isinstance(content, Mapping):
            problems.append(
                Problem("{where}", N_("this table is not known."), N_("See docs/audit.md."), {"where": key})
            )
            continue
        try:
            for name, tables in make(place, key, content, whole).items():
                out[name] = tables if name in ("scale", "n") else out.get(name, []) + tables
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            shown = str(error)[:60]
            cure = N_("Compare it with the reference file.")
            problems.append(
                Problem(
                    "{where}", N_("this cannot be read ({reason})."), cure, {"where": key, "reason": shown}
                )
            )
    return out


def _maker(key: str) -> tuple[str, Any]:
    if key in _OTHERS:
        return key, _OTHERS[key]
    found = _TABLE.fullmatch(key)
    if not found:
        return key, None
    number = f"{found[1]}-{found[2]}"
    return number, _TABLES.get(found[3], _counts if found[3] in FACTORS else None)


def _number_of(whole: Mapping[str, Any], factor: str) -> str:
    """The number of the table of counts of a factor, empty where there is none."""
    for key in whole:
        found = _TABLE.fullmatch(key)
        if found and found[3] == factor:
            return f"{found[1]}-{found[2]}"
    return ""


def _counts(place: str, key: str, content: Mapping[str, Any], _whole: Mapping[str, Any]) -> dict[str, Any]:
    factor = _TABLE.fullmatch(key)[3]  # type: ignore[index]
    rows = [
        {
            "label": label,
            "counts": ["" if str(count) == "-1" else count for count in row["counts"]],
            **({"percent": row["percent"]} if "percent" in row else {}),
        }
        for label, row in content.items()
    ]
    table = {
        "key": place,
        "row_variable": factor,
        "column_variable": OVERALL,
        "columns": COLUMNS,
        "scores": SCORES,
        "row": rows,
    }
    return {"counts": [table], "scale": [1, 5]}


def _chi_square(
    place: str, _key: str, content: Mapping[str, Any], whole: Mapping[str, Any]
) -> dict[str, Any]:
    tests = [
        {
            "place": place,
            "row": factor,
            "kind": "chi2",
            "statistic": row["chi_square"],
            "df": row["df"],
            "p": row["p"],
            "table": _number_of(whole, factor),
        }
        for factor, row in content.items()
    ]
    return {"test": tests}


def _reliability(
    place: str, _key: str, content: Mapping[str, Any], _whole: Mapping[str, Any]
) -> dict[str, Any]:
    found = [
        {"place": place, "row": key, "key": key, "items": row["items"], "alpha": row["alpha"]}
        for key, row in content.items()
        if isinstance(row, Mapping)
    ]
    return {"alpha": found}


def _means(place: str, _key: str, content: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    sizes = {
        key: row["items"]
        for name, table in whole.items()
        if name.endswith("_reliability")
        for key, row in table.items()
        if isinstance(row, Mapping)
    }
    means = [
        {
            "place": place,
            "row": key,
            "key": key,
            "items": row["items"],
            "mean": row["mean"],
            **({"expected": sizes[key]} if key in sizes else {}),
        }
        for key, row in content.items()
        if isinstance(row, Mapping)
    ]
    out: dict[str, Any] = {"means": means}
    if "total" in content:
        total = {"place": place, "row": "total", "mean": content["total"], "overall_variable": OVERALL}
        out["total_mean"] = [total]
    return out


def _anova(place: str, _key: str, content: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    groups = [_groups_of(whole, factor) for factor in FACTORS]
    rows = [{"label": key, "F": row["F"], "p": row["p"]} for key, row in content.items()]
    return {"anova": [{"key": place, "factors": FACTORS, "groups": groups, "row": rows}]}


def _groups_of(whole: Mapping[str, Any], factor: str) -> int | str:
    for key, content in whole.items():
        found = _TABLE.fullmatch(key)
        if found and found[3] == factor:
            return sum(
                any(str(count) not in ("0", "-1") for count in row["counts"]) for row in content.values()
            )
    sample = whole.get("sample", {})
    return len(sample[factor]) if factor in sample else ""


def _sample(_place: str, key: str, content: Mapping[str, Any], _whole: Mapping[str, Any]) -> dict[str, Any]:
    found = []
    for name, sizes in content.items():
        variable = name.removesuffix("_percent")
        values = list(sizes.values()) if isinstance(sizes, Mapping) else list(sizes)
        found.append(
            {
                "place": key,
                "row": variable,
                "variable": variable,
                **(
                    {"labels": [one.replace("_", " ") for one in sizes]} if isinstance(sizes, Mapping) else {}
                ),
                "percents" if name.endswith("_percent") else "sizes": values,
                **({"parts_only": True} if variable not in FACTORS else {}),
            }
        )
    return {"sample": found}


def _fieldwork(
    _place: str, key: str, content: Mapping[str, Any], _whole: Mapping[str, Any]
) -> dict[str, Any]:
    sums = []
    if "issued" in content and "planned" in content:
        issued = content["issued"]
        labels, parts = list(issued), list(issued.values())
        sums.append(
            {"place": key, "row": "issued", "labels": labels, "parts": parts, "total": content["planned"]}
        )
    if {"returned", "invalid", "valid"} <= set(content):
        parts = [content["returned"], f"-{content['invalid']}"]
        labels = ["returned", "invalid"]
        sums.append(
            {"place": key, "row": "valid", "labels": labels, "parts": parts, "total": content["valid"]}
        )
    return {"sum": sums, **({"n": content["valid"]} if "valid" in content else {})}


def _text(_place: str, key: str, content: Mapping[str, Any], _whole: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if "medium_score" in content:
        low, high = content["scale"]
        out["midpoint"] = [{"place": key, "low": low, "high": high, "claimed": content["medium_score"]}]
    return out


_TABLES = {"reliability": _reliability, "chi_square": _chi_square, "means": _means, "anova": _anova}
_OTHERS = {"sample": _sample, "fieldwork": _fieldwork, "text": _text}
