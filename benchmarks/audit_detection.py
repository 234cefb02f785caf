"""How many single errors the audit finds, and how often it accuses a right report: one error planted in each
of many reports made from random answers. Run from the project's folder: python -m benchmarks.audit_detection
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from tests.stats.audit.right_report import Style, as_text, report

from openhall.stats.audit import Audit, audit, read_published

Report = dict[str, Any]
REPORTS = 60


def digit(text: str, random: np.random.Generator) -> str:
    """The figure with one of its digits changed."""
    places = [k for k, sign in enumerate(text) if sign.isdigit()]
    place = int(random.choice(places))
    other = (int(text[place]) + int(random.integers(1, 10))) % 10
    return f"{text[:place]}{other}{text[place + 1 :]}"


def a_row(given: Report, random: np.random.Generator) -> tuple[Report, Report]:
    table = given["counts"][int(random.integers(len(given["counts"])))]
    return table, table["row"][int(random.integers(len(table["row"])))]


def count_changed(given: Report, random: np.random.Generator) -> None:
    _, row = a_row(given, random)
    place = int(random.integers(len(row["counts"])))
    row["counts"][place] = int(digit(str(row["counts"][place]), random))


def percent_changed(given: Report, random: np.random.Generator) -> None:
    _, row = a_row(given, random)
    place = int(random.integers(len(row["percent"])))
    if row["percent"][place]:
        row["percent"][place] = digit(row["percent"][place], random)


def counts_exchanged(given: Report, random: np.random.Generator) -> None:
    _, row = a_row(given, random)
    row["counts"][:2] = reversed(row["counts"][:2])


def percents_of_another_row(given: Report, random: np.random.Generator) -> None:
    table, row = a_row(given, random)
    row["percent"] = next(one for one in table["row"] if one is not row)["percent"]


def rows_of_counts_exchanged(given: Report, random: np.random.Generator) -> None:
    table, row = a_row(given, random)
    other = next(one for one in table["row"] if one is not row)
    row["counts"], other["counts"] = other["counts"], row["counts"]


def df_changed(given: Report, random: np.random.Generator) -> None:
    if given["test"]:
        test = given["test"][int(random.integers(len(given["test"])))]
        test["df"] += int(random.choice([-1, 1])) if test["df"] > 1 else 1


def statistic_changed(given: Report, random: np.random.Generator) -> None:
    if given["test"]:
        test = given["test"][int(random.integers(len(given["test"])))]
        test["statistic"] = digit(test["statistic"], random)


def p_on_the_other_side(given: Report, random: np.random.Generator) -> None:
    if given["test"]:
        test = given["test"][int(random.integers(len(given["test"])))]
        significant = test["p"].startswith("<") or float(test["p"]) < 0.05
        test["p"] = "0.062" if significant else "0.038"


def alpha_above_one(given: Report, random: np.random.Generator) -> None:
    given["alpha"][0]["alpha"] = "1.08"


def alpha_changed(given: Report, random: np.random.Generator) -> None:
    given["alpha"][0]["alpha"] = digit(given["alpha"][0]["alpha"], random)


def item_mean_changed(given: Report, random: np.random.Generator) -> None:
    one = given["means"][int(random.integers(len(given["means"])))]
    one["items"][0] = digit(one["items"][0], random)


def mean_of_few_changed(given: Report, random: np.random.Generator) -> None:
    one = given["moment"][0]
    one["mean"] = digit(one["mean"], random)


def sd_changed(given: Report, random: np.random.Generator) -> None:
    one = given["moment"][0]
    one["sd"] = digit(one["sd"], random)


def f_changed(given: Report, random: np.random.Generator) -> None:
    if given["groups"]:
        one = given["groups"][int(random.integers(len(given["groups"])))]
        one["F"] = digit(one["F"], random)


def group_size_changed(given: Report, random: np.random.Generator) -> None:
    sizes = given["sample"][0]["sizes"]
    sizes[0] = int(digit(str(sizes[0]), random))


ERRORS: dict[str, Callable[[Report, np.random.Generator], None]] = {
    "one digit of a count": count_changed,
    "two neighbouring counts exchanged": counts_exchanged,
    "counts of two rows exchanged": rows_of_counts_exchanged,
    "one digit of a percentage": percent_changed,
    "percentages of another row": percents_of_another_row,
    "one digit of χ²": statistic_changed,
    "df one off": df_changed,
    "p on the other side of .05": p_on_the_other_side,
    "one digit of F beside group means": f_changed,
    "one digit of an item’s mean": item_mean_changed,
    "one digit of a mean of n people": mean_of_few_changed,
    "one digit of an sd of n people": sd_changed,
    "alpha above 1": alpha_above_one,
    "one digit of an alpha beside sds": alpha_changed,
    "one digit of a group’s size in the text": group_size_changed,
}


def audited(given: Report) -> Audit:
    return audit(read_published(as_text(given), "report.json"))


def main(reports: int = REPORTS) -> None:
    right = [
        report(seed, Style(), totals=bool(seed % 2), missing=bool(seed % 3 == 0)) for seed in range(reports)
    ]
    found = [audited(given) for given in right]
    print(f"right reports: {reports}, accused: {sum(bool(one.serious) for one in found)}")
    for name, plant in ERRORS.items():
        planted = seen = noted = 0
        for seed, (given, before) in enumerate(zip(right, found, strict=True)):
            wrong = copy.deepcopy(given)
            plant(wrong, np.random.default_rng(seed))
            if wrong == given:
                continue
            planted += 1
            after = audited(wrong)
            seen += bool(after.serious)
            noted += not after.serious and len(after.notes) > len(before.notes)
        print(f"| {name} | {planted} | {seen} | {noted} | {100 * seen / planted:.0f} % |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
