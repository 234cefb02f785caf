"""Tables of answers in the tests' own PostgreSQL database, gone after the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
from django.db import connection
from psycopg import sql
from tests.engines import drawn
from tests.engines.brute import Row

from openhall.surveys.questionnaire import Questionnaire


def url() -> str:
    """The address of the database these tests use."""
    given = connection.settings_dict
    user = given["USER"] + (f":{given['PASSWORD']}" if given["PASSWORD"] else "")
    return f"postgresql://{user}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


@contextmanager
def schema() -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """A connection, and the name of a schema of our own."""
    name = f"Answers {uuid4().hex[:12]}"
    with psycopg.connect(url(), autocommit=True) as database:
        database.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        try:
            yield database, name
        finally:
            database.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))


def fill(database: psycopg.Connection[Any], name: str, questionnaire: Questionnaire, rows: list[Row]) -> str:
    """A table of these answers in the schema. Returns its name."""
    table = sql.Identifier(name, "answers")
    fields = drawn.fields(questionnaire)
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(key), sql.SQL(kind)) for key, (kind, _) in fields.items()
    ]
    database.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    database.execute(sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(", ").join(columns)))
    names = sql.SQL(", ").join(map(sql.Identifier, fields))
    with (
        database.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, names)) as copy,
    ):
        for row in drawn.stored(questionnaire, rows):
            copy.write_row([row[key] for key in fields])
    return f"{name}.answers"
