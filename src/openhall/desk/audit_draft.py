"""What was read of a report, while a person corrects it: tables of texts, sentences and a few facts.

Nothing of it is stored. It travels in the form, as fields where it is corrected and as one text everywhere
else, so every step back keeps everything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

MOST_TABLES, MOST_ROWS, MOST_COLUMNS = 40, 500, 60
MOST_CHARACTERS = 200_000  # of all tables and sentences together
MOST_BYTES = 800_000  # of a file in the audit's own format, as a field of a form
GRID_CELLS, ALL_CELLS = 400, 1500  # as fields of their own: of one table, of all; more come as lines of text
KINDS = ("counts", "test", "alpha", "means", "anova", "")

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Table:
    """A table as it is printed; `kind` is "" where it is left out. `answers`: the question in its columns."""

    kind: str = ""
    caption: str = ""
    rows: Rows = ()
    answers: str = ""
    n: str = ""

    @property
    def size(self) -> tuple[int, int]:
        return len(self.rows), len(self.rows[0]) if self.rows else 0

    @property
    def lines(self) -> str:
        """The cells as text: a line a row, tabs between the cells."""
        return "\n".join("\t".join(row) for row in self.rows)


@dataclass(frozen=True)
class Draft:
    """`n`, `low`, `high`: the number of people and the ends of the scale as typed; `groups`: a line a variable.

    `published` holds a file in the audit's own format instead of tables.
    """

    name: str = ""
    n: str = ""
    low: str = ""
    high: str = ""
    groups: str = ""
    text: str = ""
    tables: tuple[Table, ...] = ()
    published: str = ""
    unread: int = field(default=0, compare=False)  # tables beyond the limit

    @property
    def as_text(self) -> str:
        """The draft as one field of a form."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    def in_fields(self) -> list[bool]:
        """For each table, whether each of its cells is a field of its own: as far as a form may have."""
        left, found = ALL_CELLS, []
        for table in self.tables:
            cells = table.size[0] * table.size[1]
            found.append(cells <= min(GRID_CELLS, left))
            left -= cells if found[-1] else 0
        return found


def from_form(posted: Mapping[str, str]) -> Draft | None:
    """The draft a form brings back, None where there is none or it is damaged."""
    if "state" in posted:
        return _from_text(posted["state"])
    count = _number(posted.get("tables", ""), MOST_TABLES)
    if count is None:
        return None
    facts = {key: posted.get(key, "").strip() for key in ("name", "n", "low", "high", "groups", "text")}
    return Draft(tables=tuple(_table(posted, number) for number in range(count)), **facts)


def _table(posted: Mapping[str, str], number: int) -> Table:
    kind = posted.get(f"kind-{number}", "")
    facts = {key: posted.get(f"{key}-{number}", "").strip() for key in ("caption", "answers", "n")}
    lines = posted.get(f"lines-{number}")
    rows = rows_of(lines) if lines is not None else _cells(posted, number)
    return Table(kind if kind in KINDS else "", rows=rows, **facts)


def rows_of(lines: str) -> Rows:
    """Lines of cells with tabs between them, made equally long."""
    rows = [line.split("\t")[:MOST_COLUMNS] for line in lines.splitlines() if line.strip()][:MOST_ROWS]
    return squared(rows)


def squared(rows: list[list[str]]) -> Rows:
    """Rows made equally long, each cell in one line."""
    width = max(map(len, rows), default=0)
    return tuple(tuple(" ".join(cell.split()) for cell in row + [""] * (width - len(row))) for row in rows)


def _cells(posted: Mapping[str, str], number: int) -> Rows:
    size = [_number(one, GRID_CELLS) for one in posted.get(f"size-{number}", "").split("x")]
    if len(size) != 2 or None in size or size[0] * size[1] > GRID_CELLS:  # type: ignore[operator]
        return ()
    rows, columns = (range(one or 0) for one in size)
    return squared([[posted.get(f"c-{number}-{i}-{j}", "") for j in columns] for i in rows])


def _number(text: str, most: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= most else None


def _from_text(text: str) -> Draft | None:
    """A form comes from a browser, so nothing of its shape is taken for granted."""
    try:
        given = json.loads(text)
        tables = tuple(_given(one) for one in given.pop("tables")[:MOST_TABLES])
        facts = {key: value for key, value in given.items() if key in Draft.__dataclass_fields__}
        unread = facts.pop("unread", 0)
        if not isinstance(unread, int) or not all(isinstance(value, str) for value in facts.values()):
            return None
        return Draft(tables=tables, unread=unread, **facts)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _given(one: dict[str, Any]) -> Table:
    rows = squared([list(row[:MOST_COLUMNS]) for row in one.pop("rows")[:MOST_ROWS]])
    facts = {key: value for key, value in one.items() if isinstance(value, str)}
    table = Table(rows=rows, **facts)
    return table if table.kind in KINDS else replace(table, kind="")


def changed(draft: Draft, do: str, at: Mapping[str, str]) -> Draft:
    """The draft after one of the buttons: a table added, a row or column added after the one chosen or
    removed.
    """
    if do == "table-add":
        empty = Table("counts", rows=(("",) * 4,) * 4)
        return replace(draft, tables=(*draft.tables, empty)) if len(draft.tables) < MOST_TABLES else draft
    verb, _, digits = do.partition(":")
    number = _number(digits, MOST_TABLES)
    if number is None or number >= len(draft.tables):
        return draft
    table = draft.tables[number]
    what, _, how = verb.partition("-")
    place = _number(at.get(f"{what}-{number}", ""), MOST_ROWS) or 0
    rows = (
        {"row": _rows, "column": _columns}[what](table.rows, how, place)
        if what in ("row", "column")
        else table.rows
    )
    tables = list(draft.tables)
    tables[number] = replace(table, rows=rows)
    return replace(draft, tables=tuple(tables))


def _rows(rows: Rows, how: str, place: int) -> Rows:
    if place >= len(rows):
        return rows
    if how == "add" and len(rows) < MOST_ROWS:
        return (*rows[: place + 1], ("",) * len(rows[0]), *rows[place + 1 :])
    return (*rows[:place], *rows[place + 1 :]) if how == "drop" and len(rows) > 1 else rows


def _columns(rows: Rows, how: str, place: int) -> Rows:
    across = tuple(zip(*rows, strict=True))
    limited = how == "add" and len(across) >= MOST_COLUMNS
    return rows if limited else tuple(zip(*_rows(across, how, place), strict=True))
