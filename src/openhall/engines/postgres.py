"""Counting inside PostgreSQL: a table or view of answers stays where it is, only counts leave it.

The table has one column a question under the question's key: the option's code for a choice, a number, a date,
a text; NULL is no answer. A multiple choice has a column `key_code` for each option, 1 or true where it is
marked. It may have `void` (why a sheet does not count; NULL, '' or false for one that does), `office`, `channel`
and a column of whole weights. All tables of one call come from one snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import numpy as np
import psycopg
from psycopg import conninfo, sql
from psycopg.sql import SQL, Composable, Composed

from openhall.engines import pushed
from openhall.engines.columns import Spec, specs_of
from openhall.errors import N_, BadInput, OpenHallError, Problem
from openhall.stats.axes import Ask, Code, Day, Number, Where
from openhall.stats.cells import Cells, Watch, Whole, unwatched
from openhall.surveys.questionnaire import Questionnaire

SCHEMES = ("postgresql://", "postgres://")
WHOLE = ("int2", "int4", "int8")
NUMERIC = (*WHOLE, "bool", "numeric", "float4", "float8")
DEFAULTS: dict[str, Any] = {"connect_timeout": 10, "application_name": "openhall"}
DENSE = 1000  # codes of a wider range are compared one by one instead of looked up
START = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
ROOM = "SET LOCAL work_mem = '64MB'"  # so that tables of some ten thousand cells are hashed in memory
REFUSALS = {
    "42P01": N_("There is no table or view of this name. Write its schema before it: schema.table."),
    "3F000": N_("There is no schema of this name."),
    "42501": N_("This user may not read it. Let the database's owner GRANT SELECT on it."),
}


class Postgres:
    """An `Engine` over a table of answers. `url`: postgresql://user:password@host:port/database; `table` may
    name its schema; `specs` as `columns.specs_of` gives them. Raises BadInput for a table that is not there or
    may not be read, OpenHallError where the database cannot be reached."""

    def __init__(self, url: str, table: str, specs: Sequence[Spec]) -> None:
        self.url, self.table, self.specs = url, table, tuple(specs)
        self.types: Mapping[str, str] = {}
        with self._asking() as connection:
            found = connection.execute(SQL("SELECT * FROM {} LIMIT 0").format(self._source))
            self.types = {
                column.name: _type(connection, column.type_code) for column in found.description or ()
            }

    @property
    def _source(self) -> sql.Identifier:
        return sql.Identifier(*self.table.split(".", 1))

    @cached_property
    def rows(self) -> int:
        """PostgreSQL's own estimate: counting them would cost as much as the tables."""
        with self._asking() as connection:
            asked = SQL("EXPLAIN (FORMAT JSON) SELECT FROM {}").format(self._source)
            [plan] = connection.execute(asked).fetchone() or ([],)
            return int(plan[0]["Plan"]["Plan Rows"])

    def count(
        self, asks: Sequence[Ask], *, where: Where = (), weight: str = "", watch: Watch = unwatched
    ) -> tuple[Cells, ...]:
        """See `Engine`. Ends the running statement when `watch` raises."""
        pushed.check(self.table, self.types, pushed.wanted(asks, where, weight, self.specs))
        self._check_weight(weight)
        words, counting = _Words(self.types), pushed.Counting(asks, self.specs)
        statements = counting.statements(words, where)
        rows = self.rows
        with self._asking() as connection:

            def one(statement: pushed.Statement) -> Whole:
                said = _said(statement, self._source, words, weight)
                found = connection.cursor(binary=True).execute(said).fetchall()
                return np.array(found, np.int64).reshape(-1, len(statement.keys) + 1)

            found = pushed.run(statements, rows, one, connection.cancel_safe, watch)
        return counting.answers(found)

    def _check_weight(self, weight: str) -> None:
        if weight and self.types[weight] not in WHOLE:
            raise pushed.bad_weight(self.table, weight)

    @contextmanager
    def _asking(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection in a read-only transaction of one snapshot, closed afterwards."""
        with _connected(self.url) as connection:
            try:
                connection.execute(START)
                connection.execute(ROOM)
                yield connection
            except psycopg.Error as error:
                raise _refused(error, self.table) from None
            finally:
                connection.close()


def _type(connection: psycopg.Connection[Any], oid: int) -> str:
    known = connection.adapters.types.get(oid)
    return known.name if known else ""


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection; no error says the password."""
    try:
        given = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:  # its message may quote the password
        raise BadInput(
            N_("This is no address of a PostgreSQL database. Write {form}."),
            form="postgresql://user:password@host:5432/database?table=answers",
        ) from None
    try:
        connection = psycopg.connect(**(DEFAULTS | given))
    except psycopg.Error as error:
        raise OpenHallError(
            N_("The database {name} on {host} cannot be reached: {reason} Check the address and the user."),
            name=given.get("dbname", ""),
            host=given.get("host", "localhost"),
            reason=_first_line(error, str(given.get("password") or "")),
        ) from None
    with connection:
        yield connection


def _first_line(error: psycopg.Error, password: str = "") -> str:
    line = (str(error).strip().splitlines() or [""])[0]
    line = line.replace(password, "…") if password else line
    return line if line.endswith(".") else f"{line}."


def _refused(error: psycopg.Error, table: str) -> OpenHallError:
    """What PostgreSQL said, as a problem of the table."""
    if error.sqlstate is None:
        return OpenHallError(
            N_("The connection to the database was lost while table {table} was counted: {reason}"),
            table=table,
            reason=_first_line(error),
        )
    values = {"table": table, "reason": _first_line(error)}
    message = REFUSALS.get(error.sqlstate, N_("PostgreSQL cannot count it: {reason}"))
    return BadInput(Problem(N_("Table {table}"), message, "", values))


def _said(statement: pushed.Statement, source: Composable, words: _Words, weight: str) -> Composed:
    """The statement in SQL."""
    keys = list(statement.keys)
    where = list(statement.where)
    counted: Composable = SQL("count(*)")
    if weight:
        counted = SQL("coalesce(sum({}), 0)::bigint").format(words.column(weight))
        where.append(SQL("{} > 0").format(words.column(weight)))
    parts = [
        SQL("SELECT {} FROM {}").format(
            SQL(", ").join([*(SQL("({})::bigint").format(key) for key in keys), counted]), source
        )
    ]
    if where:
        parts.append(SQL("WHERE {}").format(SQL(" AND ").join(where)))
    if keys:
        parts.append(SQL("GROUP BY {}").format(SQL(", ").join(SQL(str(n)) for n in range(1, len(keys) + 1))))
    return SQL(" ").join(parts)


class _Words:
    """`pushed.Words` in PostgreSQL's SQL, for columns of these types."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self.types = types

    def column(self, key: str) -> Composable:
        """The column as codes are compared with it."""
        name = sql.Identifier(key)
        if key == "void":
            reason = (
                "CASE WHEN {} THEN 'void' ELSE '' END"
                if self.types[key] == "bool"
                else "coalesce({}::text, '')"
            )
            return SQL(reason).format(name)
        return SQL("{}::int").format(name) if self.types[key] == "bool" else name

    def _as(self, key: str, codes: Sequence[Code]) -> tuple[Composable, list[Composable]]:
        """The column and the codes as one type: numbers where both are, else text."""
        column = self.column(key)
        numbers = [code for code in codes if isinstance(code, int)]
        if key != "void" and self.types[key] in NUMERIC and len(numbers) == len(codes):
            return column, [_number(code) for code in numbers]
        return SQL("({})::text").format(column), [sql.Literal(str(code)) for code in codes]

    def look(self, key: str, numbers: Mapping[Code, int], none: int, other: int) -> Composable:
        given = self._looked(key, numbers, other)
        if none == other:
            return given
        return SQL("CASE WHEN {} IS NULL THEN {} ELSE {} END").format(self.column(key), _number(none), given)

    def _looked(self, key: str, numbers: Mapping[Code, int], other: int | None) -> Composable:
        """The number of the code, `other` of anything else. An array is looked up several times faster than
        a CASE finds its branch."""
        if not numbers:
            return SQL("NULL::bigint") if other is None else _number(other)
        column, codes = self._as(key, list(numbers))
        whole = [code for code in numbers if isinstance(code, int)]
        if self.types[key] in ("int2", "int4") and len(whole) == len(numbers):
            low, high = min(whole), max(whole)
            if high - low < DENSE:
                found = [numbers.get(code) for code in range(low, high + 1)]
                array = ",".join("NULL" if one is None else str(one) for one in found)
                looked = SQL("({}::bigint[])[{}]").format(sql.Literal(f"[{low}:{high}]={{{array}}}"), column)
                return looked if other is None else SQL("coalesce({}, {})").format(looked, _number(other))
        pairs = zip(codes, numbers.values(), strict=True)
        cases = SQL(" ").join(SQL("WHEN {} THEN {}").format(code, _number(n)) for code, n in pairs)
        rest = SQL("NULL") if other is None else _number(other)
        return SQL("CASE {} {} ELSE {} END").format(column, cases, rest)

    def plus(self, terms: Sequence[Composable]) -> Composable:
        return SQL("({})").format(SQL(" + ").join(terms))

    def mean(self, score: Composable, bits: int, factors: Mapping[int, int], one: int) -> Composable:
        array = ",".join(str(factors[many]) for many in sorted(factors))
        return SQL("coalesce({} + ({} & {}) * ({}::bigint[])[({} >> {})::int], 0)").format(
            _number(one), score, _number((1 << bits) - 1), sql.Literal(f"{{{array}}}"), score, SQL(str(bits))
        )

    def whole(self, axis: Number | Day) -> Composable:
        column = sql.Identifier(axis.key)
        if isinstance(axis, Day):
            return SQL("({}::date - DATE '1970-01-01')").format(column)
        scale = SQL(str(10**axis.decimals))
        if self.types[axis.key] in WHOLE:
            return SQL("({}::bigint * {}::bigint)").format(column, scale)
        return SQL("round({}::float8 * {}::float8)::bigint").format(column, scale)  # half to even, as Python

    def known(self, whole: Composable) -> Composable:
        return SQL("coalesce({}, {})").format(whole, _number(pushed.NONE))

    def given(self, key: str, options: Sequence[str]) -> Composable:
        if options:
            return SQL("greatest({})").format(SQL(", ").join(self.marked(name) for name in options))
        if self.types[key] in ("text", "varchar", "bpchar"):
            return SQL("({} <> '')::int").format(SQL("coalesce({}, '')").format(sql.Identifier(key)))
        return SQL("({} IS NOT NULL)::int").format(sql.Identifier(key))

    def marked(self, column: str) -> Composable:
        return SQL("coalesce(({}::int = 1)::int, 0)").format(sql.Identifier(column))

    def alike(self, columns: Sequence[tuple[str, Mapping[Code, int]]], least: int) -> Composable:
        every = SQL(", ").join(self._looked(key, numbers, None) for key, numbers in columns)
        return SQL("coalesce((num_nonnulls({}) >= {} AND greatest({}) = least({}))::int, 0)").format(
            every, _number(least), every, every
        )

    def one_of(self, key: str, codes: Sequence[Code]) -> Composable:
        if not codes:
            return SQL("false")
        column, said = self._as(key, codes)
        return SQL("{} IN ({})").format(column, SQL(", ").join(said))

    def between(self, whole: Composable, low: int | None, high: int | None) -> Composable:
        limits = [SQL("{} IS NOT NULL").format(whole)]
        limits += [] if low is None else [SQL("{} >= {}").format(whole, _number(low))]
        limits += [] if high is None else [SQL("{} <= {}").format(whole, _number(high))]
        return SQL("({})").format(SQL(" AND ").join(limits))


def _number(number: int) -> Composable:
    return SQL(f"'{number}'::bigint")


def opened(address: str, questionnaire: Questionnaire) -> Postgres:
    """The engine of an address: `postgresql://user:password@host/database?table=schema.answers`; every other
    parameter is PostgreSQL's own (sslmode=require). BadInput where a question has no column."""
    url, _, query = address.partition("?")
    asked = parse_qsl(query, keep_blank_values=True)
    tables = [value for name, value in asked if name == "table" and value]
    if not url.startswith(SCHEMES) or len(tables) != 1:
        raise BadInput(
            N_("Which table has the answers? Write {form}."),
            form="postgresql://user@host/database?table=answers",
        )
    rest = urlencode([(name, value) for name, value in asked if name != "table"], quote_via=quote)
    engine = Postgres(f"{url}?{rest}" if rest else url, tables[0], specs_of(questionnaire))
    pushed.check(engine.table, engine.types, pushed.columns_needed(questionnaire))
    return engine
