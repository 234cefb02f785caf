"""Tables of the Word document: three lines, repeated header rows, short tables kept on one page.

Written as WordprocessingML in one piece, which is many times quicker than cell by cell.
"""

from __future__ import annotations

from html import escape
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from openhall.report.document import Column, Table
from openhall.report.lettering import text_width

TEXT_WIDTH = 16.5 * 72 / 2.54 * 20  # of the page, in twentieths of a point, as all sizes here
MARGIN = 50  # left and right of a cell's text
SHORT = 14  # a table of so many rows stays on one page
THICK, THIN, HAIR = 12, 4, 2  # lines, in eighths of a point
SLACK = 1.25  # a column is so much wider than the estimate of its text

Lines = dict[str, int]  # side of a cell -> thickness


def table_element(table: Table, caption: str) -> Any:
    """The `w:tbl` element; `caption` is what a screen reader says."""
    points = 9.0 if len(table.columns) <= 8 else 8.0 if len(table.columns) <= 10 else 7.5
    widths = _widths(table, points)
    rows = _rows(table)
    kept = len(table.rows) <= SHORT
    made = "".join(
        row.xml(table, widths, points, keep=kept and place < len(rows) - 1) for place, row in enumerate(rows)
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    margins = "".join(f'<w:{side} w:w="{MARGIN}" w:type="dxa"/>' for side in ("left", "right"))
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar>{margins}</w:tblCellMar><w:tblLook w:firstRow="1" w:firstColumn="1"/>'
        f'<w:tblCaption w:val="{escape(caption)}"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{made}</w:tbl>'
    )


class _Row:
    """One row to be written: (text, columns it spans) a cell, and what sets it apart."""

    def __init__(self, cells: list[tuple[str, int]], *, head: bool = False, bold: bool = False) -> None:
        self.cells, self.head, self.bold = cells, head, bold
        self.lines: Lines = {}

    def xml(self, table: Table, widths: list[int], points: float, *, keep: bool) -> str:
        place, cells = 0, ""
        for text, span in self.cells:
            lines = dict(self.lines)
            if span > 1 and self.head and text:
                lines["bottom"] = HAIR
            cells += _cell(
                text,
                width=sum(widths[place : place + span]),
                span=span,
                lines=lines,
                align=_align(table.columns[place], place, span, head=self.head),
                points=points,
                bold=self.head or self.bold,
                keep=keep,
                low=self.head,
            )
            place += span
        repeated = "<w:tblHeader/>" if self.head else ""
        return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{cells}</w:tr>"


def _rows(table: Table) -> list[_Row]:
    rows = [_Row([*table.spans()], head=True)] if table.spans() else []
    rows.append(_Row([(column.heading, 1) for column in table.columns], head=True))
    heads = len(rows)
    for group, members in table.bands():
        if group:
            rows.append(_Row([(group, len(table.columns))], bold=True))
        for member in members:
            row = _Row([(text, 1) for text in table.shown(member)], bold=member.total)
            if member.total:
                row.lines["top"] = THIN
            rows.append(row)
    rows[0].lines["top"] = THICK
    rows[heads - 1].lines["bottom"] = THIN
    rows[-1].lines["bottom"] = THICK
    return rows


def _align(column: Column, place: int, span: int, *, head: bool) -> str:
    if span > 1:
        return "center" if head else "left"
    return "left" if place == 0 or column.is_text else "right"


def _cell(
    text: str,
    *,
    width: int,
    span: int,
    lines: Lines,
    align: str,
    points: float,
    bold: bool,
    keep: bool,
    low: bool,
) -> str:
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="{lines[side]}" w:space="0" w:color="000000"/>'
        for side in ("top", "bottom")
        if side in lines
    )
    size = round(2 * points)
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>'
        + (f'<w:gridSpan w:val="{span}"/>' if span > 1 else "")
        + (f"<w:tcBorders>{borders}</w:tcBorders>" if borders else "")
        + ('<w:vAlign w:val="bottom"/>' if low else "")
        + "</w:tcPr><w:p><w:pPr>"
        + ("<w:keepNext/>" if keep else "")
        + '<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>'
        + f'<w:jc w:val="{align}"/></w:pPr>'
        + f'<w:r><w:rPr>{"<w:b/>" if bold else ""}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
        + f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
    )


def _widths(table: Table, points: float) -> list[int]:
    """Column widths: what the longest figure or word needs; columns of long text share what is left."""
    shown = [table.shown(row) for row in table.rows]
    needs = []
    for place, column in enumerate(table.columns):
        cells = [cells[place] for cells in shown]
        words = cells if not column.is_text else [word for cell in cells for word in cell.split()]
        needs.append(_need([*words, *column.heading.split()], points))
    _fit_spans(needs, table.spans(), points)
    long = [
        place for place, column in enumerate(table.columns) if place == 0 or _is_long(shown, column, place)
    ]
    left = max(0.0, TEXT_WIDTH - sum(needs))
    widths = [need + left / len(long) * (place in long) for place, need in enumerate(needs)]
    return [int(width * min(1, TEXT_WIDTH / sum(widths))) for width in widths]


def _need(texts: list[str], points: float) -> float:
    return SLACK * 20 * max((text_width(text, points) for text in texts), default=0.0) + 2 * MARGIN


def _fit_spans(needs: list[float], spans: list[tuple[str, int]], points: float) -> None:
    """Widen the columns under a shared heading until its longest word fits."""
    place = 0
    for name, count in spans:
        missing = _need(name.split(), points) - sum(needs[place : place + count])
        for column in range(place, place + count):
            needs[column] += max(0.0, missing) / count
        place += count


def _is_long(shown: list[list[str]], column: Column, place: int) -> bool:
    return column.is_text and any(len(cells[place]) > 20 for cells in shown)
