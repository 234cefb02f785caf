"""What a person gives the audit: pasted text or a file becomes a draft to correct, before anything is judged."""

from __future__ import annotations

import io
import re

from django.conf import settings
from django.utils.translation import gettext

from openhall.desk.audit_draft import (
    MOST_BYTES,
    MOST_CHARACTERS,
    MOST_TABLES,
    Draft,
    Rows,
    Table,
    squared,
)
from openhall.desk.audit_kinds import guess
from openhall.errors import N_, BadInput, Problem
from openhall.report.audit_cells import TOTAL
from openhall.report.audit_tables import MOST_PAGES, Grid, tables_from_file, tables_from_text
from openhall.stats.audit.running_text import read_text
from openhall.stats.audit.taking import BLANKS
from openhall.surveys.files import decode_text

TABLES = ("docx", "xlsx", "csv", "tsv", "txt", "pdf")
PUBLISHED = ("toml", "json")
STUDY = settings.PACKAGE / "data" / "published_2018.toml"
LAST = "\u2060"  # invisible: keeps the last cell of a pasted line where it is empty
LONG = 400  # characters: no line of a table, no cell with a count
_FIGURE = r"[<>≤≥]?\s?[-−]?\d[\d.,]*%?(?:\s?[(（]\s?[\d.]+\s?%?\s?[)）])?"
_LINE = re.compile(rf"(?P<label>\S.*?)(?P<figures>(?:\s+{_FIGURE}){{2,}})\s*")
_BOTH = re.compile(r"(.*\d\s*[(（\[]\s*[\d.]+)\s*%\s*([)）\]])")  # 30 (60.0%)
COUNT_PERCENT = re.compile(r"(\d+)?\s*[(（\[]\s*([\d.]+)\s*%?\s*[)）\]]")
PERCENT = re.compile(r"[(（\[]\s*[\d.]+\s*%?\s*[)）\]]")
_GAP = re.compile(r"\t|\S\s{2,}\S|\|")


def study() -> Draft:
    """The figures the reference study printed in 2018."""
    return Draft(name=gettext("The study’s figures of 2018"), published=STUDY.read_text("utf-8"))


def from_text(text: str) -> Draft:
    """The tables of a pasted text, and those of its lines that hold statistics."""
    marked = re.sub(r"(?m)\t[ \r]*$", f"\t{LAST}", text)
    found = (
        tables_from_text(marked)
        or tables_from_text(_closed(marked))
        or tables_from_text(_parted(_closed(marked)))
    )
    said = "\n".join(
        line.strip() for line in text.splitlines() if not _GAP.search(line.strip()) and read_text(line)
    )
    if not found and not said:
        raise BadInput(
            Problem(
                N_("Pasted text"),
                N_("no table was found in it."),
                N_("Keep each row on a line of its own, with tabs or at least two spaces between the cells."),
            )
        )
    return drafted(found, text=said)


def _closed(text: str) -> str:
    """A text without single empty lines, which some programs put between the rows of a table."""
    return re.sub(r"\n[^\S\n]*\n(?![^\S\n]*\n)", "\n", text)


def _parted(text: str) -> str:
    """Cells one space apart, as copied from a PDF: as many figures as each line has end it, a label begins it."""
    lines = text.splitlines()
    figures = [_figures(line) for line in lines]
    out, number = list(lines), 0
    while number < len(lines):
        end = number
        while end < len(lines) and figures[end]:
            end += 1
        if end - number > 1:
            width = min(figures[number:end])
            for place in range(number, end):
                out[place] = "\t".join(_last(lines[place], _FIGURE, width))
            if number and not re.match(r"\s*(table|表)", lines[number - 1], re.I):
                out[number - 1] = "\t".join(_last(lines[number - 1], r"\S+", width))
        number = end + 1
    return "\n".join(out)


def _figures(line: str) -> int:
    """How many figures end the line, where there is a label before two or more."""
    found = _LINE.fullmatch(line.strip()) if len(line) < LONG else None
    return len(re.findall(_FIGURE, found["figures"])) if found else 0


def _last(line: str, cell: str, width: int) -> list[str]:
    """A label and the last cells of the line; the line as it is where it has fewer."""
    found = len(line) < LONG and re.fullmatch(rf"(.*?)((?:(?:^|\s+){cell}){{{width}}})\s*", line.strip())
    return [found[1], *(one.strip() for one in re.findall(cell, found[2]))] if found else [line]


def from_file(data: bytes, name: str) -> Draft:
    """The tables of an uploaded file. BadInput with place and cure where there are none or it cannot be read."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending in PUBLISHED:
        draft = Draft(name=name, published=decode_text(data, name=name))
        if len(draft.as_text.encode()) > MOST_BYTES:
            cure = N_("Use the command “openhall audit” for so large a file.")
            raise _bad(name, N_("it is longer than this page can carry."), cure)
        return draft
    if ending not in TABLES:
        kinds = [f".{one}" for one in (*TABLES, *PUBLISHED)]
        raise _bad(
            name, N_("this kind of file cannot be read."), N_("Save it as one of {kinds}."), kinds=kinds
        )
    found = tables_from_file(data, name)
    if not found and ending == "pdf":
        found = tables_from_text(_closed(_layout(data)))
    said = _sentences(data) if ending == "docx" else ""
    if not found and not said:
        cure = N_("If it is a scan or a picture, type the table below or paste it as text.")
        raise _bad(name, N_("no table was found in it."), cure)
    return drafted(found, name=name, text=said)


def _layout(data: bytes) -> str:
    """The words of a PDF where they stand; nothing of a damaged one."""
    from pypdf import PdfReader

    try:
        pages = PdfReader(io.BytesIO(data)).pages[:MOST_PAGES]
        return "\n\n\n".join(page.extract_text(extraction_mode="layout") for page in pages)
    except Exception:  # whatever error comes first
        return ""


def _sentences(data: bytes) -> str:
    """The paragraphs of a Word document that hold statistics."""
    from docx import Document

    return "\n".join(one.text.strip() for one in Document(io.BytesIO(data)).paragraphs if read_text(one.text))


def drafted(found: list[Grid], *, name: str = "", text: str = "") -> Draft:
    """The tables with what each seems to be, as many as one form can carry."""
    tables: list[Table] = []
    room = MOST_CHARACTERS - len(text)
    for grid in found[:MOST_TABLES]:
        room -= sum(len(cell) + 1 for row in grid.rows for cell in row)
        if room < 0:
            break
        rows = _unmarked(grid)
        plain = plain_grid(rows, grid.caption)
        kind = guess(plain, len(tables) + 1) if plain else ""
        tables.append(Table(kind, " ".join(grid.caption.split()), rows))
    return Draft(
        name=name, text=text[:MOST_CHARACTERS], tables=tuple(tables), unread=len(found) - len(tables)
    )


def _unmarked(grid: Grid) -> Rows:
    """The table without the marks of empty last cells."""
    rows = squared([[cell.replace(LAST, "") for cell in row] for row in grid.rows])
    return rows if any(row[-1] for row in rows) else tuple(row[:-1] for row in rows)


def plain_grid(rows: Rows, caption: str) -> Grid | None:
    """The table without empty rows and columns; dashes for a blank and the % beside a count left out.

    >>> plain_grid((("", "Yes", ""), ("Men", "3 (30.0%)", ""), ("Women", "–", "")), "").rows
    (('', 'Yes'), ('Men', '3 (30.0)'), ('Women', ''))
    """
    plain = [["" if cell in BLANKS else _without_sign(cell) for cell in row] for row in rows]
    plain = [row for row in plain if any(row)]
    kept = [j for j in range(len(plain[0])) if any(row[j] for row in plain)] if plain else []
    if len(plain) < 2 or len(kept) < 2:
        return None
    cells = [[row[j] for j in kept] for row in plain]
    alone = any(PERCENT.fullmatch(cell) for row in cells for cell in row)
    return Grid(tuple(map(tuple, _apart(cells) if alone else cells)), caption)


def _apart(rows: list[list[str]]) -> list[list[str]]:
    """Counts and percentages of one cell in two columns, so that a percentage may stand without its count.

    >>> _apart([["", "Yes"], ["Men", "3 (30)"], ["Women", "(70)"]])
    [['', 'Yes', 'Yes %'], ['Men', '3', '30'], ['Women', '', '70']]
    """
    both = [[COUNT_PERCENT.fullmatch(cell) for cell in row] for row in rows]
    first = next(i for i, row in enumerate(both) if any(row))
    out: list[list[str]] = [[] for _ in rows]
    for j in range(len(rows[0])):
        if not any(row[j] for row in both):
            counts, percents = [row[j] for row in rows], None
        else:
            counts = [
                found[j][1] or "" if found[j] else row[j] for row, found in zip(rows, both, strict=True)
            ]
            heads = [f"{row[j]} %" if i == first - 1 else row[j] for i, row in enumerate(rows[:first])]
            percents = heads + [found[j][2] if found[j] else "" for found in both[first:]]
        for i, line in enumerate(out):
            line.append(counts[i])
            if percents and not TOTAL.fullmatch(rows[0][j]):
                line.append(percents[i])
    return out


def _without_sign(cell: str) -> str:
    return _BOTH.sub(r"\1\2", cell) if len(cell) < LONG else cell


def together(first: Draft, second: Draft) -> Draft:
    """A file and a pasted text as one draft."""
    tables = first.tables + second.tables
    return Draft(
        name=first.name,
        text="\n".join(filter(None, [first.text, second.text])),
        tables=tables[:MOST_TABLES],
        unread=first.unread + second.unread + max(0, len(tables) - MOST_TABLES),
    )


def _bad(file: str, message: str, cure: str, **values: object) -> BadInput:
    return BadInput(Problem(N_("File {file}"), message, cure, {**values, "file": file}))
