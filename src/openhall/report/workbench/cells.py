"""A counted table as data: each of its cells is a row that stands for as many cases as were counted.

So every procedure of `openhall stat` computes from counted tables as it does from rows, and gives the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np

from openhall.engines.columns import day_of
from openhall.errors import N_
from openhall.report.pen import NAMES, Pen
from openhall.report.procedures import data as procedures
from openhall.report.workbench.variables import Kind, Label, Variable
from openhall.stats.axes import Ask
from openhall.stats.cells import Whole
from openhall.stats.counted import Counted
from openhall.stats.counting import Column

WEIGHT = "cases"
DAYS, WEEKS, MONTHS = 21, 26, 36  # as many days, weeks, months are shown one by one

# Variables about the sheet inside a sentence.
WORDS = {
    **NAMES,
    "office": N_("office"),
    "channel": N_("channel"),
    "language": N_("language"),
    "day": N_("day"),
}


def ask(*variables: Variable) -> Ask:
    """What is counted for these variables together."""
    return tuple(axis for variable in variables for axis in variable.axes)


def data_of(counted: Counted, variables: Sequence[Variable], pen: Pen, *, measured: bool) -> procedures.Data:
    """The table of these variables as weighted rows; `measured`: items and scores as numbers, else as codes."""
    cells = counted.cells(*ask(*variables))
    columns: dict[str, procedures.Variable] = {}
    place = 0
    for variable in variables:
        block = cells.values[:, place : place + variable.width]
        place += variable.width
        columns[variable.key] = _column(variable, block, pen, measured=measured)
    weights = procedures.Variable(key=WEIGHT, label="", values=cells.counts.astype(np.float64))
    return procedures.Data(variables={**columns, WEIGHT: weights}, rows=len(cells.counts), weight=WEIGHT)


def _column(variable: Variable, block: Whole, pen: Pen, *, measured: bool) -> procedures.Variable:
    if variable.kind is Kind.DAY:
        values, levels = _days(block, pen)
    else:
        as_codes = bool(variable.levels) and not measured
        values = variable.coded(block) if as_codes else variable.measured(block)
        levels = {step.code: said(step.label, pen) for step in variable.levels}
    scored = measured and variable.kind is Kind.ITEM
    return procedures.Variable(
        key=variable.key,
        label=said(variable.label, pen),
        title=headed(variable, pen),
        values=values,
        levels={} if scored else levels,
        ordered=variable.ordered or variable.kind is Kind.DAY,
        population=variable.population,
    )


def said(label: Label, pen: Pen) -> str:
    """A wording or a marked template in the pen's language."""
    return pen(label) if isinstance(label, str) else pen.word(label)


def headed(variable: Variable, pen: Pen) -> str:
    """The variable at the head of a table or in a heading: Gender, or its wording."""
    if variable.name not in WORDS:
        return said(variable.label, pen)
    name = pen(WORDS[variable.name])
    return name[:1].upper() + name[1:]


def called(variable: Variable, pen: Pen) -> str:
    """The variable as it stands inside a sentence: gender, or its wording in quotation marks."""
    if variable.name in WORDS:
        return pen(WORDS[variable.name])
    return pen(N_("“{question}”"), question=said(variable.label, pen))


def _days(block: Whole, pen: Pen) -> tuple[Column, dict[int, str]]:
    """Days as they are where there are few, else the weeks, months or years they lie in; codes are 20240331."""
    there = block[:, 0] == 1
    values = np.full(len(block), np.nan)
    levels: dict[int, str] = {}
    if not there.any():
        return values, levels
    numbers, place = np.unique(block[there, 1], return_inverse=True)
    first, said_as = _binning(int(numbers[-1] - numbers[0]) + 1)
    starts = [first(day_of(int(number))) for number in numbers]
    codes = np.array([start.year * 10_000 + start.month * 100 + start.day for start in starts])
    values[there] = codes[place]
    for code, start in zip(codes.tolist(), starts, strict=True):
        levels[code] = pen(said_as, day=start.isoformat(), month=f"{start:%Y-%m}", year=start.year)
    return values, levels


def _binning(span: int) -> tuple[Callable[[date], date], str]:
    """For so many days from first to last: what a day is put into, and how that is called."""
    if span <= DAYS:
        return (lambda day: day), "{day}"
    if span <= 7 * WEEKS:
        return (lambda day: day - timedelta(days=day.weekday())), N_("week from {day}")
    if span <= 31 * MONTHS:
        return (lambda day: day.replace(day=1)), "{month}"
    return (lambda day: day.replace(month=1, day=1)), "{year}"
