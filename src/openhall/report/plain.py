"""Blocks as text for a terminal: tables aligned by the width letters take there (a Chinese one takes two),
too wide ones in parts that repeat the first columns of text."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from openhall.report.document import Block, Caution, Figure, Heading, Paragraph, Table, headline

GAP = "  "
WIDEST_TEXT = 44  # columns of text are wrapped beyond
MARK = "! "  # before a caution


def text(blocks: Iterable[Block], *, lang: str, width: int = 110) -> str:
    """All blocks, blank lines between them."""
    return "\n\n".join("\n".join(_block(block, lang, width)) for block in blocks) + "\n"


def _block(block: Block, lang: str, width: int) -> Iterator[str]:
    match block:
        case Paragraph(said, _):
            yield from _wrapped(said, width)
        case Caution(_, said):
            lines = _wrapped(said, width - len(MARK))
            yield from (MARK + lines[0], *(" " * len(MARK) + line for line in lines[1:]))
        case Heading(number, title):
            yield f"{number} {title}".strip()
        case Figure():
            yield headline(block, lang)
            yield block.alt
        case Table():
            yield from _table(block, lang, width)


@cache
def _breadth(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def breadth(said: str) -> int:
    """How many places a text takes on a terminal.

    >>> breadth("满意 ok")
    7
    """
    return sum(map(_breadth, said))


def _wrapped(said: str, width: int) -> list[str]:
    """Lines of at most `width` places, broken between words, inside a word only where it is longer, and
    anywhere between Chinese characters."""
    if breadth(said) <= width:
        return [said]
    if said.isascii():
        return textwrap.wrap(said, max(width, 1)) or [""]
    lines, line = [], ""
    for word in _words(said):
        if breadth(line) + breadth(word.rstrip()) > width and line:
            lines.append(line.rstrip())
            line = ""
        line += word
    return [*lines, line.rstrip()]


def _words(said: str) -> Iterator[str]:
    """Words with the space after them; every wide character alone."""
    word = ""
    for letter in said:
        if _breadth(letter) == 2:
            if word:
                yield word
            yield letter
            word = ""
            continue
        word += letter
        if letter == " ":
            yield word
            word = ""
    if word:
        yield word


def _fill(said: str, width: int, right: bool) -> str:
    space = " " * (width - breadth(said))
    return space + said if right else said + space


def _table(table: Table, lang: str, width: int) -> Iterator[str]:
    yield from _wrapped(headline(table, lang), width)
    columns = [_Column.of(table, place) for place in range(len(table.columns))]
    parts = list(_parts(columns, table, width))
    for number, part in enumerate(parts):
        if number:
            yield ""
        yield from _lines(table, [columns[place] for place in part], part)
    for note in table.notes:
        yield from _wrapped(note, width)


class _Column:
    """One column as lines of text: its heading and each cell wrapped."""

    def __init__(self, heading: list[str], cells: list[list[str]], right: bool) -> None:
        self.heading, self.cells, self.right = heading, cells, right
        self.width = max(breadth(line) for cell in [heading, *cells] for line in cell)

    @classmethod
    def of(cls, table: Table, place: int) -> _Column:
        column = table.columns[place]
        shown = [table.shown(row)[place] for row in table.rows]
        widest = max((breadth(cell) for cell in shown), default=0)
        heading = _wrapped(column.heading, min(WIDEST_TEXT, max(widest, 14)))
        return cls(heading, [_wrapped(cell, WIDEST_TEXT) for cell in shown], not column.is_text)


def _parts(columns: Sequence[_Column], table: Table, width: int) -> Iterator[list[int]]:
    """Places of the columns that fit side by side; columns under one heading stay together."""
    names = _names(table)
    groups: list[list[int]] = []
    for place in range(len(names), len(columns)):
        over = table.columns[place].over
        if groups and over and over == table.columns[groups[-1][-1]].over:
            groups[-1].append(place)
        else:
            groups.append([place])
    room = width - sum(columns[place].width + len(GAP) for place in names)
    part, used = list(names), 0
    for group in groups:
        needed = sum(columns[place].width + len(GAP) for place in group)
        if used and used + needed > room:
            yield part
            part, used = list(names), 0
        part += group
        used += needed
    yield part


def _names(table: Table) -> list[int]:
    """The columns that say what a row is: the first one, and one of text after it."""
    first_two = [place for place in range(min(2, len(table.columns))) if table.columns[place].is_text]
    return first_two if first_two == [0, 1] else [0]


def _lines(table: Table, columns: Sequence[_Column], part: Sequence[int]) -> Iterator[str]:
    overs = [table.columns[place].over for place in part]
    _widen(columns, overs)
    rule = "─" * (sum(column.width for column in columns) + len(GAP) * (len(columns) - 1))
    yield rule
    if any(overs):
        yield from _spans(columns, overs)
    depth = max(len(column.heading) for column in columns)
    for line in range(depth):
        yield _row(columns, [_heading(column, line, depth) for column in columns])
    yield rule
    group = ""
    for number, row in enumerate(table.rows):
        if row.group and row.group != group:
            group = row.group
            yield group
        if row.total and number and not table.rows[number - 1].total:
            yield rule
        depth = max(len(column.cells[number]) for column in columns)
        for line in range(depth):
            cells = [c.cells[number][line] if line < len(c.cells[number]) else "" for c in columns]
            yield _row(columns, cells)
    yield rule


def _heading(column: _Column, line: int, depth: int) -> str:
    """Headings stand on the rule below them."""
    place = line - (depth - len(column.heading))
    return column.heading[place] if place >= 0 else ""


def _row(columns: Sequence[_Column], cells: Sequence[str]) -> str:
    filled = [_fill(cell, column.width, column.right) for cell, column in zip(cells, columns, strict=True)]
    return GAP.join(filled).rstrip()


def _runs(overs: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
    """Headings over neighbouring columns, with the places of the columns."""
    run: list[int] = []
    for place, over in enumerate(overs):
        if run and (over != overs[run[0]] or not over):
            yield overs[run[0]], run
            run = []
        run.append(place)
    if run:
        yield overs[run[0]], run


def _widen(columns: Sequence[_Column], overs: Sequence[str]) -> None:
    """Make room for the longest line of a heading over several columns, up to what a column of text has."""
    for over, places in _runs(overs):
        space = sum(columns[place].width for place in places) + len(GAP) * (len(places) - 1)
        needed = max(breadth(line) for line in _wrapped(over, max(space, 16))) if over else 0
        columns[places[-1]].width += max(0, needed - space)


def _spans(columns: Sequence[_Column], overs: Sequence[str]) -> Iterator[str]:
    runs = list(_runs(overs))
    widths = [
        sum(columns[place].width for place in places) + len(GAP) * (len(places) - 1) for _, places in runs
    ]
    said = [_wrapped(over, width) for (over, _), width in zip(runs, widths, strict=True)]
    depth = max(map(len, said))
    for line in range(depth):
        cells = [lines[line - depth + len(lines)] if line >= depth - len(lines) else "" for lines in said]
        filled = [_fill(cell, width, right=True) for cell, width in zip(cells, widths, strict=True)]
        yield GAP.join(filled).rstrip()
