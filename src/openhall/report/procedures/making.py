"""What every family of procedures does the same way: an outcome with its title, tables, cautions and
figures; columns; and the refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from openhall.errors import N_, BadInput, Problem
from openhall.report.cautions import told
from openhall.report.document import Block, Caution, Column, Row, Table
from openhall.report.numerals import Format, Value
from openhall.report.pen import Pen
from openhall.report.procedures.asked import Asked, Outcome
from openhall.report.procedures.data import MOST_GROUPS, Data, Variable
from openhall.report.procedures.figures import codebook, plain
from openhall.stats import cautions as stats
from openhall.stats.results import Interval


def outcome(
    asked: Asked,
    variables: Sequence[Variable],
    result: Any,
    blocks: Iterable[Block],
    /,
    *,
    n: int,
    missing: int,
    cautions: Iterable[stats.Caution] | None = None,
    rows: Variable | None = None,
    columns: Mapping[str, str] | None = None,
    tested: bool = True,
    **more: Any,
) -> Outcome:
    """`result` is the object of the statistics, or a mapping; its fields become keys, `more` after them.

    `rows` names the codes in cautions, `columns` any other codes and keys; `tested`: whether a test is made.
    """
    found = list(result.cautions if cautions is None else cautions)
    said = _said(found, asked.pen, variables, rows, columns, tested)
    given = plain(result) if result is not None else {}
    figures = {
        "procedure": asked.procedure,
        "n": n,
        "missing": missing,
        "method": given.pop("method", ""),
        "codebook": codebook(variables),
        **{key: value for key, value in given.items() if key not in ("n", "missing")},
        **{key: plain(value) for key, value in more.items()},
        "cautions": [
            {"code": one.code.value, "values": plain(one.values), "text": block.text}
            for one, block in zip(found, said, strict=True)
        ],
    }
    return Outcome(figures, (*blocks, *dict.fromkeys(said)))


def _said(
    found: Sequence[stats.Caution],
    pen: Pen,
    variables: Sequence[Variable],
    rows: Variable | None,
    columns: Mapping[str, str] | None,
    tested: bool,
) -> list[Caution]:
    labels = {variable.key: variable.label for variable in variables} | dict(columns or {})
    factor = rows.factor() if rows is not None else None
    return [told(caution, pen, rows=factor, columns=labels, tested=tested) for caution in found]


def refuse_nothing(n: int, variables: Sequence[Variable]) -> None:
    """BadInput when no case is left to compute from."""
    if not n:
        values = {"columns": [variable.key for variable in variables]}
        message = N_("no case has a value in all of: {columns}.")
        raise BadInput(Problem("", message, N_("Check the columns and what counts as missing."), values))


def groups_of(data: Data, dependent: Variable, factor: Variable, *, most: int = MOST_GROUPS) -> list[int]:
    """The codes of the factor's groups; BadInput when fewer than two have cases, or too many."""
    codes = list(factor.codes())
    both = ~np.isnan(dependent.numbers()) & ~np.isnan(factor.values) & (data.counts > 0)
    used = set(factor.values[both].astype(int).tolist())
    values = {"column": factor.key, "dependent": dependent.key, "count": len(used), "most": most}
    if len(used) < 2:
        message = N_("fewer than two groups have a value of {dependent}.")
        raise BadInput(Problem(N_("Column {column}"), message, N_("Choose another factor."), values))
    if len(codes) > most:
        message = N_("there are more than {most} groups.")
        cure = N_("Choose another factor, or put its values into groups first.")
        raise BadInput(Problem(N_("Column {column}"), message, cure, values))
    return codes


def two_groups(data: Data, asked: Asked, dependent: Variable, factor: Variable) -> list[int]:
    """The two codes to compare: those named, or the only ones with cases."""
    codes = groups_of(data, dependent, factor)
    if asked.groups:
        return [_code(factor, name) for name in asked.groups]
    both = ~np.isnan(dependent.values) & ~np.isnan(factor.values)
    used = [code for code in codes if (factor.values[both] == code).any()]
    if len(used) == 2:
        return used
    values = {"column": factor.key, "count": len(used), "codes": ",".join(map(str, used[:2]))}
    message, cure = N_("there are {count} groups, not two."), N_("Name two, for example --groups {codes}.")
    raise BadInput(Problem(N_("Column {column}"), message, cure, values))


def _code(factor: Variable, name: str) -> int:
    """The code written or called so."""
    for code in factor.codes():
        if name in (str(code), factor.level(code)):
            return code
    values = {"column": factor.key, "name": name, "known": list(factor.codes())}
    message = N_("there is no group {name}.")
    raise BadInput(Problem(N_("Column {column}"), message, N_("Known are: {known}."), values))


def only(factor: Variable, codes: Sequence[int]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The factor's values, blank outside these codes."""
    return np.where(np.isin(factor.values, codes), factor.values, np.nan)


def pair(interval: Interval | None) -> tuple[float, float] | None:
    return (interval.low, interval.high) if interval is not None else None


def column(key: str, heading: str, form: Format = Format.TEXT, over: str = "") -> Column:
    return Column(key, heading, form, over)


def made(
    key: str, caption: str, columns: Sequence[Column], rows: Iterable[Sequence[Value] | Row], *notes: str
) -> Table:
    """A table without a number; rows may be plain sequences of cells."""
    lines = tuple(row if isinstance(row, Row) else Row(tuple(row)) for row in rows)
    return Table(key=key, caption=caption, columns=tuple(columns), rows=lines, notes=notes)
