"""The written report as a document: sections of paragraphs, cautions, tables and figures, before any file
format.

A table is made once, with full-precision numbers and a format a column; every renderer (HTML, Word, PDF,
Excel, JSON) shows the same one. Nothing is computed here. Seed: chapter 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any

from openhall.errors import N_
from openhall.language import translator
from openhall.report.numerals import Format, Value, show

# What `Report.meta` can hold, and how it is called.
FACTS = {
    "data": N_("Data"),
    "questionnaire": N_("Questionnaire"),
    "sheets_returned": N_("Sheets returned"),
    "sheets_valid": N_("Valid sheets"),
    "seed": N_("Seed of random tables"),
    "version": N_("OpenHall version"),
    "made": N_("Made on"),
}


# No file format can carry the first; the others turn the rest of a line round or break it.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028-\u202e\u2066-\u2069]"
)


class Manner(StrEnum):
    """What a paragraph is for; renderers set the last three apart from running text."""

    TEXT = "text"
    METHOD = "method"  # what was done, with N
    APA = "apa"  # the result as a journal prints it
    PLAIN = "plain"  # the same result without a technical term


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    manner: Manner = Manner.TEXT


@dataclass(frozen=True, slots=True)
class Caution:
    """Where a reader would be misled. `code` names the kind, for machines and tests: `sparse`, `twice`, …"""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A part of a section: 4.4.1."""

    number: str
    title: str


@dataclass(frozen=True, slots=True)
class Column:
    """`over` is a heading shared with the neighbours that carry the same one (n and % of one answer)."""

    key: str
    heading: str
    format: Format = Format.TEXT
    over: str = ""

    @property
    def is_text(self) -> bool:
        return self.format is Format.TEXT


@dataclass(frozen=True, slots=True)
class Row:
    """One value a column. `group` starts a band of rows where it changes; `total` sets a closing row
    apart."""

    cells: tuple[Value, ...]
    group: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`key` names the table: its number without the word (`4-2`), or a word where it has no number
    (`fieldwork`, `data-of-4-7` for the figures of a figure)."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def shown(self, row: Row) -> list[str]:
        """The cells of a row as text."""
        return [show(value, column.format) for value, column in zip(row.cells, self.columns, strict=True)]

    def bands(self) -> Iterator[tuple[str, list[Row]]]:
        """Rows by group, in order; one band with an empty name where there are no groups."""
        band: list[Row] = []
        for row in self.rows:
            if band and row.group != band[0].group:
                yield band[0].group, band
                band = []
            band.append(row)
        if band:
            yield band[0].group, band

    def spans(self) -> list[tuple[str, int]]:
        """The upper heading line as (heading, number of columns); empty where no column has one."""
        spans: list[tuple[str, int]] = []
        for column in self.columns:
            if spans and column.over and spans[-1][0] == column.over:
                spans[-1] = (column.over, spans[-1][1] + 1)
            else:
                spans.append((column.over, 1))
        return spans if any(name for name, _ in spans) else []

    def column(self, key: str) -> list[Value]:
        """All values of one column, at full precision."""
        place = [column.key for column in self.columns].index(key)
        return [row.cells[place] for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`spec` is Vega-Lite with its data; `alt` says what is seen; `table` holds the same figures as numbers,
    or None where the chart shows the table before it, whose key is then the figure's with `chart-of-` before
    it."""

    key: str
    caption: str
    spec: Mapping[str, Any]
    alt: str
    table: Table | None = None


Block = Paragraph | Caution | Heading | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    number: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """`meta`: plain facts about the making (questionnaire, valid sheets, seed, version), in the order to
    print them."""

    title: str
    subtitle: str
    lang: str
    sections: tuple[Section, ...]
    meta: Mapping[str, str | int | float] = field(default_factory=dict)

    @property
    def has_contents(self) -> bool:
        """Are its sections numbered, so that a list of them helps? A letter's are not."""
        return any(section.number for section in self.sections)

    def blocks(self) -> Iterator[Block]:
        for section in self.sections:
            yield from section.blocks

    def tables(self) -> Iterator[Table]:
        """Every table in order, those of figures among them."""
        for block in self.blocks():
            if isinstance(block, Table):
                yield block
            elif isinstance(block, Figure) and block.table is not None:
                yield block.table

    def figures(self) -> Iterator[Figure]:
        return (block for block in self.blocks() if isinstance(block, Figure))

    def table(self, key: str) -> Table:
        """The table with this key, e.g. `4-2`. KeyError where there is none."""
        for table in self.tables():
            if table.key == key:
                return table
        raise KeyError(key)

    def cautions(self) -> list[Caution]:
        return [block for block in self.blocks() if isinstance(block, Caution)]

    def facts(self) -> list[tuple[str, str]]:
        """`meta` with its names said in the report's language."""
        say = translator(self.lang)
        return [(say(FACTS.get(name, name)), str(value)) for name, value in self.meta.items()]

    def fact_lines(self) -> list[str]:
        """`facts`, each as one line."""
        between = translator(self.lang)(N_(": "))
        return [f"{name}{between}{value}" for name, value in self.facts()]

    def headline(self, block: Table | Figure) -> str:
        """The caption with its number, in the report's language.

        >>> report = Report(title="", subtitle="", lang="en", sections=())
        >>> report.headline(Table(key="4-2", caption="Chi-square tests", columns=(), rows=()))
        'Table 4-2. Chi-square tests'
        """
        return headline(block, self.lang)


def legible(part: Any) -> Any:
    """A report, or any part of one, without control characters; the same object where there are none."""
    kind: Any = type(part)
    if kind is str:  # and no enumeration
        return _CONTROL.sub("", part) if _CONTROL.search(part) else part
    if kind is float or kind is int or part is None:
        return part
    if isinstance(part, tuple | list):
        members = [legible(member) for member in part]
        if all(new is old for new, old in zip(members, part, strict=True)):
            return part
        return members if isinstance(part, list) else tuple(members)
    if isinstance(part, Mapping):
        values = {key: legible(value) for key, value in part.items()}
        return part if all(values[key] is part[key] for key in values) else values
    changed = {name: new for name in _names(kind) if (new := legible(old := getattr(part, name))) is not old}
    return replace(part, **changed) if changed else part


@cache
def _names(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass; none of anything else."""
    return tuple(one.name for one in fields(kind)) if is_dataclass(kind) else ()


def headline(block: Table | Figure, lang: str) -> str:
    """Number and caption of a table or figure, said in `lang`; the caption alone where it has no number."""
    say, number = translator(lang), block.key
    if number.startswith("chart-of-"):
        # Translators: a chart under the table whose rows it draws
        template, number = N_("Chart of Table {number}. {caption}"), number.removeprefix("chart-of-")
    elif number.startswith("data-of-"):
        template, number = N_("Data of Figure {number}. {caption}"), number.removeprefix("data-of-")
    elif not number[:1].isdigit():
        return block.caption
    elif isinstance(block, Table):
        template = N_("Table {number}. {caption}")
    else:
        template = N_("Figure {number}. {caption}")
    return say(template).format(number=number, caption=block.caption)
