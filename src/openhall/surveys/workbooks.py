"""Rows of a worksheet, read after `files.check_workbook` has looked through the package: values only, never
formulas that have not been computed, never merged cells. Used for data files and for XLSForm.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from openhall.errors import N_, BadInput, Problem
from openhall.surveys.files import MOST_CELLS, Package, no_workbook

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*ref="([A-Z0-9:]{1,30})"')


def read_rows(
    data: bytes, *, name: str, package: Package, prefer: Sequence[str], most: tuple[int, int]
) -> tuple[list[list[Any]], tuple[Problem, ...]]:
    """The cells of one worksheet and notes: the one whose title is in `prefer`, else the first. `most` rows,
    columns.
    """
    titles = sheet_titles(data, name=name)
    title = next((title for title in titles if title.strip().casefold() in prefer), titles[0])
    notes: tuple[Problem, ...] = ()
    if len(titles) > 1:
        values = {"file": name, "sheet": title, "count": len(titles)}
        notes = (Problem(N_("File {file}"), N_("of {count} sheets “{sheet}” was read."), "", values),)
    return read_worksheet(data, title, name=name, package=package, most=most), notes


def sheet_titles(data: bytes, *, name: str) -> list[str]:
    """The titles of the workbook's worksheets, in their order; at least one."""
    try:
        titles = list(_parts(data))
    except Exception:  # a damaged part gives whatever error comes first
        raise no_workbook(name) from None
    if not titles:
        raise no_workbook(name)
    return titles


def read_worksheet(
    data: bytes, title: str, *, name: str, package: Package, most: tuple[int, int]
) -> list[list[Any]]:
    """All cells of the worksheet as Python values, trailing empty cells cut off."""
    try:
        part = _parts(data)[title]
        rows = list(_rows(data, title, most, values=True))
        if part in package.formulas:
            _check_computed(rows, _rows(data, title, most, values=False), title)
    except BadInput:
        raise
    except Exception:
        raise no_workbook(name) from None
    if part in package.merged:
        _refuse_merged(data, part, title)
    return rows


def _rows(data: bytes, title: str, most: tuple[int, int], *, values: bool) -> Iterator[list[Any]]:
    from openpyxl import load_workbook  # here: it takes a while to load, and few programs read workbooks

    sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=values)[title]
    sheet.reset_dimensions()  # what the file claims about its size is not to be trusted
    left = MOST_CELLS
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = list(row)
        while cells and cells[-1] is None:
            cells.pop()
        left -= len(cells)
        if number > most[0] + 1 or len(cells) > most[1] or left < 0:
            message = N_("there are more than {rows} rows or {columns} columns.")
            values_ = {"sheet": title, "rows": most[0], "columns": most[1]}
            raise BadInput(Problem(N_("Sheet {sheet}"), message, N_("Send it in parts."), values_))
        yield cells


def _check_computed(rows: Sequence[list[Any]], written: Iterator[list[Any]], title: str) -> None:
    """A formula whose value was never stored reads as an empty cell: refuse it rather than lose an answer."""
    problems = []
    for number, (values, cells) in enumerate(zip(rows, written, strict=False), 1):
        for place, cell in enumerate(cells):
            if (
                isinstance(cell, str)
                and cell.startswith("=")
                and (place >= len(values) or values[place] is None)
            ):
                from openpyxl.utils import get_column_letter

                values_ = {"sheet": title, "cell": f"{get_column_letter(place + 1)}{number}"}
                cure = N_("Copy the sheet and paste it as values.")
                problems.append(
                    Problem(N_("Sheet {sheet}, cell {cell}"), N_("a formula without a value."), cure, values_)
                )
    if problems:
        raise BadInput(N_("The workbook has formulas that were never computed."), problems=problems[:50])


def _refuse_merged(data: bytes, part: str, title: str) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = [reference.decode() for reference in _MERGED.findall(archive.read(part))]
    message, cure = N_("the cells are merged, so that some of them are empty."), N_("Unmerge and fill them.")
    problems = [
        Problem(N_("Sheet {sheet}, cell {cell}"), message, cure, {"sheet": title, "cell": cells})
        for cells in found
    ]
    raise BadInput(N_("The workbook has merged cells."), problems=problems[:50])


def _parts(data: bytes) -> dict[str, str]:
    """The package part of each worksheet, by title."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): posixpath.join("/xl", link.get("Target", "")) for link in links}
    sheets = [sheet for sheet in book.iter() if sheet.tag.endswith("}sheet")]
    parts = {sheet.get("name"): posixpath.normpath(targets[_link(sheet)])[1:] for sheet in sheets}
    return {title: part for title, part in parts.items() if part.startswith("xl/worksheets/")}


def _link(sheet: Element) -> str | None:
    """The id of its relationship, in either of the two namespaces the standard has."""
    return next((value for name, value in sheet.attrib.items() if name.endswith("}id")), None)
