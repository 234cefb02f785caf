"""Counting on a cluster: ibis says the keys, so that whatever ibis speaks to can count them; Spark is the one
this is tested with. ibis and Spark are installed by `openhall[cluster]` and imported here only, when used.

The table is that of `postgres`: one column a question, NULL for no answer, `key_code` for the options of a
multiple choice, and perhaps `void`, `office`, `channel` and a column of whole weights. Each count reads the
files or the table as they are then: let nothing write to them meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, reduce
from operator import add
from typing import Any

import numpy as np

from openhall.engines import pushed
from openhall.engines.columns import Spec
from openhall.errors import N_, BadInput, OpenHallError, Problem
from openhall.stats.axes import Ask, Code, Day, Number, Where
from openhall.stats.cells import Cells, Watch, Whole, unwatched
from openhall.surveys.questionnaire import Questionnaire

INSTALL = "pip install 'openhall[cluster]'"


def ibis() -> Any:
    """The library, or the sentence that says how to install it."""
    try:
        import ibis as library
    except ImportError:
        raise OpenHallError(
            N_("Counting on a cluster needs ibis and Spark. Install them: {command}"), command=INSTALL
        ) from None
    return library


def _nothing() -> None:
    """There is no way to cancel."""


def _by_ibis(expression: Any) -> Any:
    return expression.to_pyarrow()


class Cluster:
    """An `Engine` over an ibis table of answers; `specs` as `columns.specs_of` gives them.

    `run`: from an ibis expression to an Arrow table, for a backend with a quicker way than ibis's own. `cancel`
    ends what is running; without it a count that is no longer wanted ends after the running statement. `name`:
    what messages call the table.
    """

    def __init__(
        self,
        table: Any,
        specs: Sequence[Spec],
        *,
        run: Callable[[Any], Any] = _by_ibis,
        cancel: Callable[[], None] = _nothing,
        name: str = "",
    ) -> None:
        self.table, self.specs, self.run, self.cancel = table, tuple(specs), run, cancel
        self.name = name or str(table.get_name())
        self.types: Mapping[str, Any] = dict(table.schema().items())

    @cached_property
    def rows(self) -> int:
        """Counted, which is quick where the data are columns."""
        return int(self.run(self.table.aggregate(n=self.table.count()))["n"][0].as_py())

    def count(
        self, asks: Sequence[Ask], *, where: Where = (), weight: str = "", watch: Watch = unwatched
    ) -> tuple[Cells, ...]:
        """See `Engine`."""
        pushed.check(self.name, self.types, pushed.wanted(asks, where, weight, self.specs))
        self._check_weight(weight)
        counting = pushed.Counting(asks, self.specs)
        statements = counting.statements(_Words(self.table, self.types), where)

        def one(statement: pushed.Statement) -> Whole:
            found = self.run(_said(statement, self.table, weight))
            return np.column_stack([column.to_numpy() for column in found.columns]).astype(np.int64)

        with said(self.name):
            rows = pushed.patiently(lambda: self.rows, self.cancel, lambda: watch(0, 0))
            return counting.answers(pushed.run(statements, rows, one, self.cancel, watch))

    def _check_weight(self, weight: str) -> None:
        if weight and not self.types[weight].is_integer():
            raise pushed.bad_weight(self.name, weight)


@contextmanager
def said(table: str) -> Iterator[None]:
    """What the cluster said, as a problem of the table; errors that are not the cluster's stay as they are."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in ("pyspark", "py4j", "ibis"):
            raise
        raise BadInput(
            Problem(
                N_("Table {table}"),
                N_("the cluster cannot count it: {reason}"),
                "",
                {"table": table, "reason": (str(error).strip().splitlines() or [type(error).__name__])[0]},
            )
        ) from error


def _said(statement: pushed.Statement, table: Any, weight: str) -> Any:
    """The statement as an ibis expression of the keys and the count, which is called n."""
    where = list(statement.where)
    if weight:
        where.append(table[weight] > 0)
    rows = table.filter(where) if where else table
    keys = {f"k{number}": key for number, key in enumerate(statement.keys)}
    weights = {"w": table[weight].cast("int64")} if weight else {}
    if not keys and not weights:
        return rows.aggregate(n=rows.count())
    rows = rows.select(**keys, **weights)
    counted = rows["w"].sum().coalesce(0).cast("int64") if weight else rows.count()
    return rows.aggregate(by=list(keys), n=counted)


class _Words:
    """`pushed.Words` in ibis expressions."""

    def __init__(self, table: Any, types: Mapping[str, Any]) -> None:
        self.ibis, self.table, self.types = ibis(), table, types

    def column(self, key: str) -> Any:
        """The column as codes are compared with it."""
        column, is_boolean = self.table[key], self.types[key].is_boolean()
        if key == "void":
            column = column.ifelse("void", "") if is_boolean else column.cast("string")
            return column.fill_null("")
        return column.cast("int64") if is_boolean else column

    def _as(self, key: str, codes: Sequence[Code]) -> tuple[Any, list[Any]]:
        """The column and the codes as one type: numbers where both are, else text."""
        column = self.column(key)
        if column.type().is_numeric() and all(isinstance(code, int) for code in codes):
            return column, list(codes)
        return column.cast("string"), [str(code) for code in codes]

    def number(self, number: int) -> Any:
        """A whole number of 64 bits; a small one has to be cast, or Spark adds up in 32."""
        small = -(2**31) <= number < 2**31
        return (
            self.ibis.literal(number, "int32").cast("int64") if small else self.ibis.literal(number, "int64")
        )

    def look(self, key: str, numbers: Mapping[Code, int], none: int, other: int) -> Any:
        column, codes = self._as(key, list(numbers))
        cases = [(column.isnull(), self.number(none))] if none != other else []
        cases += [
            (column == code, self.number(number))
            for code, number in zip(codes, numbers.values(), strict=True)
        ]
        return self.ibis.cases(*cases, else_=self.number(other)) if cases else self.number(other)

    def plus(self, terms: Sequence[Any]) -> Any:
        return reduce(add, terms)

    def mean(self, score: Any, bits: int, factors: Mapping[int, int], one: int) -> Any:
        many, points = score >> self.number(bits), score & self.number((1 << bits) - 1)
        cases = [(many == number, points * self.number(factor)) for number, factor in factors.items()]
        return self.ibis.cases(
            (score == 0, self.number(0)),
            *((held, self.number(one) + mean) for held, mean in cases),
            else_=self.number(0),
        )

    def whole(self, axis: Number | Day) -> Any:
        column = self.table[axis.key]
        if isinstance(axis, Day):
            return column.cast("date").epoch_days().cast("int64")
        if self.types[axis.key].is_integer():
            return column.cast("int64") * self.number(10**axis.decimals)
        return self._rounded(column.cast("float64") * float(10**axis.decimals))

    def _rounded(self, number: Any) -> Any:
        """The nearest whole number, halves to the even one, which is how Python rounds and not every engine
        does."""
        below = number.floor().cast("int64")
        rest = number - number.floor()
        odd = (below & self.number(1)) == 1
        up = (rest > 0.5) | ((rest == 0.5) & odd)
        return below + up.cast("int32").cast("int64")

    def known(self, whole: Any) -> Any:
        return whole.fill_null(self.number(pushed.NONE))

    def given(self, key: str, options: Sequence[str]) -> Any:
        if options:
            return reduce(self.ibis.greatest, [self.marked(name) for name in options])
        there = self.table[key].notnull()
        if self.types[key].is_string():
            there = self.table[key].fill_null("") != ""
        return there.cast("int32").cast("int64")

    def marked(self, column: str) -> Any:
        return (self.table[column].cast("int64") == 1).fill_null(False).cast("int32").cast("int64")

    def alike(self, columns: Sequence[tuple[str, Mapping[Code, int]]], least: int) -> Any:
        """Not by what greatest and least make of NULL, which differs between engines."""
        beyond = 1 + max(max(numbers.values(), default=0) for _, numbers in columns)
        answered = self.plus([self.look(key, dict.fromkeys(numbers, 1), 0, 0) for key, numbers in columns])
        high = reduce(self.ibis.greatest, [self.look(key, numbers, 0, 0) for key, numbers in columns])
        low = reduce(self.ibis.least, [self.look(key, numbers, beyond, beyond) for key, numbers in columns])
        return ((answered >= least) & (high == low)).cast("int32").cast("int64")

    def one_of(self, key: str, codes: Sequence[Code]) -> Any:
        if not codes:
            return self.ibis.literal(False)
        column, said = self._as(key, codes)
        return column.isin(said)

    def between(self, whole: Any, low: int | None, high: int | None) -> Any:
        limits = [whole.notnull()]
        limits += [] if low is None else [whole >= self.number(low)]
        limits += [] if high is None else [whole <= self.number(high)]
        return reduce(lambda one, other: one & other, limits)


def opened(address: str, questionnaire: Questionnaire) -> Cluster:
    """The engine of an address; which there are: `spark`."""
    from openhall.engines import spark

    return spark.opened(address, questionnaire)
