"""Many rows at once into a table of the hall, by the quickest way each database has. Only for generated data: no
model's own checks run; unique and foreign keys are the database's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Model
from numpy.typing import NDArray

CACHE = 64_000  # KiB that SQLite may keep while rows go in


def insert(model: type[Model], fields: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """The rows, in the order of `fields` (attribute names, as `office_id`); other columns must have nothing to say.

    Moments are texts as `moments` writes them.
    """
    meta = model._meta
    columns = ", ".join(f'"{_column(model, name)}"' for name in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f'COPY "{meta.db_table}" ({columns}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(fields))
        sql = f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ({marks})'  # noqa: S608 names of our own model
        cursor.executemany(sql, rows)


def _column(model: type[Model], name: str) -> str:
    return next(one.column for one in model._meta.concrete_fields if name in (one.name, one.attname))


def next_id(model: type[Model]) -> int:
    """The first row number nobody has."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT max(id) FROM "{model._meta.db_table}"')  # noqa: S608 name of our own model
        return (cursor.fetchone()[0] or 0) + 1


def moments(seconds: NDArray[np.int64]) -> list[str]:
    """Seconds since 1970 as this database keeps moments: SQLite as text in UTC, PostgreSQL with the zone."""
    texts = iso(seconds)
    return [text + "+00" for text in texts] if connection.vendor == "postgresql" else texts


def iso(seconds: NDArray[np.int64], between: str = " ") -> list[str]:
    """Seconds since 1970 as `2026-03-02 09:30:00`, in UTC.

    >>> iso(np.array([0, 86_399]), "T")
    ['1970-01-01T00:00:00', '1970-01-01T23:59:59']
    """
    texts = np.datetime_as_string(seconds.astype("datetime64[s]"), unit="s")
    if len(texts):
        texts.view(np.uint32).reshape(len(texts), -1)[:, 10] = ord(between)
    return texts.tolist()


@contextmanager
def quick() -> Iterator[None]:
    """While many rows go in: room for the indexes on SQLite."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            before = cursor.execute("PRAGMA cache_size").fetchone()[0]
            cursor.execute(f"PRAGMA cache_size=-{CACHE}")
            try:
                yield
            finally:
                cursor.execute(f"PRAGMA cache_size={int(before)}")
    else:
        yield


def count_on(*models: type[Model]) -> None:
    """After rows with numbers of their own: PostgreSQL goes on counting behind them. SQLite does so by itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in models:
                table = model._meta.db_table
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM \"{table}\""  # noqa: S608 our own
                )


def look_anew(*models: type[Model]) -> None:
    """After many rows: PostgreSQL looks again at what stands in these tables."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in models:
                cursor.execute(f'ANALYZE "{model._meta.db_table}"')
