"""What the sentences of the workbench are written with: the figures of a procedure, and how variables and groups are
called.

Read from the figures as they are handed to programs too, so both always say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import nan
from typing import Any

from openhall.report.numerals import decimals
from openhall.report.pen import Pen
from openhall.report.procedures.data import Data
from openhall.report.workbench.asked import roles
from openhall.report.workbench.cells import called
from openhall.report.workbench.variables import Variable

Figures = Mapping[str, Any]


def number(figures: Figures, *path: str | int) -> float:
    """A figure, nan where it could not be computed.

    >>> number({"chi2": {"p": None}}, "chi2", "p")
    nan
    """
    value: Any = figures
    for step in path:
        value = None if value is None else value[step]
    return nan if value is None else float(value)


def pair(figures: Figures, *path: str | int) -> tuple[float, float]:
    """An interval of the figures."""
    return number(figures, *path, "low"), number(figures, *path, "high")


class Writer:
    """What every sentence needs at hand."""

    def __init__(
        self, figures: Figures, rows: Variable, columns: Variable | None, data: Data, pen: Pen
    ) -> None:
        self.figures, self.rows, self.columns, self.data, self.pen = figures, rows, columns, data, pen

    @property
    def n(self) -> str:
        return decimals(number(self.figures, "n"), 0)

    def name(self, variable: Variable | None, *, head: bool = False) -> str:
        """The variable inside a sentence, or at its head."""
        if variable is None:
            return ""
        text = called(variable, self.pen)
        return text[:1].upper() + text[1:] if head else text

    def two(self) -> dict[str, str]:
        return {"rows": self.name(self.rows, head=True), "columns": self.name(self.columns)}

    def level(self, variable: Variable, code: int) -> str:
        return self.data.one(variable.key).level(code)

    def roles(self) -> tuple[Variable, Variable]:
        assert self.columns is not None
        return roles(self.rows, self.columns)
