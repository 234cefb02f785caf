"""The report as a Word document: real headings, three-line tables with repeated header rows, charts with
alternatives.

Latin text in Times New Roman and Chinese in SimSun, what theses use, so that tables can be pasted into one.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from openhall.errors import N_
from openhall.language import translator
from openhall.report.document import Block, Caution, Column, Figure, Heading, Manner, Paragraph, Report, Table
from openhall.report.drawing import png
from openhall.report.lettering import text_width
from openhall.report.numerals import unbroken

BODY, HEADINGS = ("Times New Roman", "SimSun"), ("Arial", "SimHei")
LANGUAGE = {"en": "en-GB", "zh": "zh-CN"}
TEXT_WIDTH, CELL_MARGIN, CM_PER_POINT = 16.5, 0.09, 2.54 / 72  # centimetres
SHORT = 14  # a table of so many rows stays on one page
GREY = RGBColor(0x50, 0x5A, 0x5F)


def document(report: Report, *, keep_in: Path | None = None) -> bytes:
    """The .docx file. `keep_in`: a folder that remembers drawn charts."""
    doc = Document()
    _prepare(doc, report)
    doc.add_paragraph(report.title, style="Title")
    doc.add_paragraph(report.subtitle, style="Subtitle")
    for name, value in report.facts():
        _small(doc, f"{name}: {value}")
    _contents(doc, report)
    for section in report.sections:
        doc.add_heading(f"{section.number} {section.title}", level=1)
        for block in section.blocks:
            _block(doc, block, report, keep_in)
    file = BytesIO()
    doc.save(file)
    return file.getvalue()


def _block(doc: Any, block: Block, report: Report, keep_in: Path | None) -> None:
    match block:
        case Paragraph(text, manner):
            said = doc.add_paragraph(unbroken(text))
            if manner is Manner.METHOD:
                said.runs[0].font.color.rgb = GREY
            if manner is Manner.PLAIN:
                _side_line(said, "2A6FAE")
        case Caution(_, text):
            said = doc.add_paragraph()
            said.add_run(translator(report.lang)(N_("Caution:")) + " ").bold = True
            said.add_run(unbroken(text))
            _side_line(said, "B54F0B")
        case Heading(number, title):
            doc.add_heading(f"{number} {title}", level=2)
        case Figure():
            _figure(doc, block, report, keep_in)
        case Table():
            _table(doc, block, report)


def _figure(doc: Any, figure: Figure, report: Report, keep_in: Path | None) -> None:
    place = doc.add_paragraph()
    place.paragraph_format.keep_with_next = True
    picture = place.add_run().add_picture(BytesIO(png(figure.spec, keep_in=keep_in)), width=Cm(11.5))
    limit = Cm(20)
    if picture.height > limit:
        picture.width, picture.height = int(picture.width * limit / picture.height), limit
    picture._inline.docPr.set("descr", figure.alt)
    picture._inline.docPr.set("title", report.headline(figure))
    doc.add_paragraph(report.headline(figure), style="Caption")
    if figure.table is not None:
        _table(doc, figure.table, report)


def _table(doc: Any, table: Table, report: Report) -> None:
    caption = doc.add_paragraph(report.headline(table), style="Caption")
    caption.paragraph_format.keep_with_next = True
    spans, width = table.spans(), len(table.columns)
    points = 9.0 if width <= 8 else 8.0 if width <= 10 else 7.5
    size = Pt(points)
    grid = doc.add_table(rows=0, cols=width)
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    _margins(grid)
    widths = _widths(table, points)
    for column, share in zip(grid.columns, widths, strict=True):
        column.width = share
    heads = []
    if spans:
        heads.append(_line(grid, [column.over for column in table.columns], table, size, widths, bold=True))
        _join(grid.rows[0], spans)
    heads.append(_line(grid, [column.heading for column in table.columns], table, size, widths, bold=True))
    last = None
    for group, rows in table.bands():
        if group:
            last = _line(grid, [group] + [""] * (width - 1), table, size, widths, bold=True)
            _merge(last.cells[0], last.cells[-1])
        for row in rows:
            last = _line(grid, table.shown(row), table, size, widths, bold=row.total)
            if row.total:
                _edge(last, "top", 4)
    for head in heads:
        _repeat(head)
    _edge(heads[0], "top", 12)
    _edge(heads[-1], "bottom", 4)
    _edge(last or heads[-1], "bottom", 12)
    if len(table.rows) <= SHORT:
        _keep_together(grid)
    for note in table.notes:
        _small(doc, note)
    doc.add_paragraph().paragraph_format.space_after = Pt(2)


def _widths(table: Table, points: float) -> list[int]:
    """Column widths: what the longest figure or word needs; text columns share what is left."""
    shown = [table.shown(row) for row in table.rows]
    needs = []
    for place, column in enumerate(table.columns):
        cells = [cells[place] for cells in shown]
        words = cells if not column.is_text else [word for cell in cells for word in cell.split()]
        longest = max((text_width(text, points) for text in [*words, *column.heading.split()]), default=0.0)
        needs.append(1.5 * longest * CM_PER_POINT + 2 * CELL_MARGIN)
    long = [
        place for place, column in enumerate(table.columns) if place == 0 or _is_long(shown, column, place)
    ]
    left = TEXT_WIDTH - sum(needs)
    widths = [need + max(0, left) / len(long) * (place in long) for place, need in enumerate(needs)]
    return [int(Cm(width * min(1, TEXT_WIDTH / sum(widths)))) for width in widths]


def _fit_spans(needs: list[float], spans: list[tuple[str, int]], points: float) -> None:
    """Widen the columns under a shared heading until its longest word fits."""
    place = 0
    for name, count in spans:
        longest = max((text_width(word, points) for word in name.split()), default=0.0)
        missing = 1.5 * longest * CM_PER_POINT + 2 * CELL_MARGIN - sum(needs[place : place + count])
        for column in range(place, place + count):
            needs[column] += max(0.0, missing) / count
        place += count


def _is_long(shown: list[list[str]], column: Column, place: int) -> bool:
    return column.is_text and any(len(cells[place]) > 20 for cells in shown)


def _line(
    grid: Any, texts: list[str], table: Table, size: Any, widths: list[int], *, bold: bool = False
) -> Any:
    row = grid.add_row()
    for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        cell.width = widths[place]
        said = cell.paragraphs[0]
        said.paragraph_format.space_after = said.paragraph_format.space_before = Pt(1)
        said.paragraph_format.line_spacing = 1.0
        if place and not table.columns[place].is_text:
            said.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = said.add_run(text)
        run.font.size, run.bold = size, bold
    _unbroken(row)
    return row


def _join(row: Any, spans: list[tuple[str, int]]) -> None:
    """One cell for each heading over several columns."""
    place = 0
    for _, count in spans:
        if count > 1:
            joined = _merge(row.cells[place], row.cells[place + count - 1])
            joined.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
            _cell_edge(joined, "bottom", 2)
        place += count


def _merge(first: Any, last: Any) -> Any:
    """One cell of several, with the text of the first alone."""
    joined = first.merge(last)
    for said in joined.paragraphs[1:]:
        said._element.getparent().remove(said._element)
    return joined


def _edge(row: Any, side: str, eighths: int) -> None:
    """A line above or below a row, in eighths of a point."""
    for cell in row.cells:
        _cell_edge(cell, side, eighths)


def _cell_edge(cell: Any, side: str, eighths: int) -> None:
    properties = cell._element.get_or_add_tcPr()
    borders = properties.find(qn("w:tcBorders"))
    if borders is None:
        borders = OxmlElement("w:tcBorders")
        properties.append(borders)
    for old in borders.findall(qn(f"w:{side}")):
        borders.remove(old)
    borders.insert(
        0 if side == "top" else len(borders), _xml(f"w:{side}", val="single", sz=eighths, color="000000")
    )


def _margins(grid: Any) -> None:
    """Narrow cells, so that tables of twelve columns fit on a page."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_xml(f"w:{side}", w=round(CELL_MARGIN / CM_PER_POINT * 20), type="dxa"))
    grid._tbl.tblPr.append(margins)


def _keep_together(grid: Any) -> None:
    """No page break inside the table."""
    for said in grid._tbl.iter(qn("w:pPr")):
        if said.find(qn("w:keepNext")) is None:
            said.insert(1 if said.find(qn("w:pStyle")) is not None else 0, OxmlElement("w:keepNext"))


def _repeat(row: Any) -> None:
    """This row again at the top of every page the table runs over."""
    row._tr.get_or_add_trPr().append(_xml("w:tblHeader", val="true"))


def _unbroken(row: Any) -> None:
    row._tr.get_or_add_trPr().append(_xml("w:cantSplit", val="true"))


def _small(doc: Any, text: str) -> None:
    said = doc.add_paragraph(text)
    said.paragraph_format.space_after = Pt(0)
    said.runs[0].font.size, said.runs[0].font.color.rgb = Pt(9), GREY


def _side_line(said: Any, colour: str) -> None:
    borders = OxmlElement("w:pBdr")
    borders.append(_xml("w:left", val="single", sz=18, space=8, color=colour))
    said._element.get_or_add_pPr().append(borders)
    said.paragraph_format.left_indent = Cm(0.4)


def _contents(doc: Any, report: Report) -> None:
    """A table of contents: filled with the headings, and with page numbers when Word opens the file."""
    title = doc.add_paragraph(translator(report.lang)(N_("Contents")))
    title.paragraph_format.space_before = Pt(24)
    title.runs[0].font.size, title.runs[0].bold = Pt(14), True
    lines = []
    for section in report.sections:
        lines.append(f"{section.number} {section.title}")
        lines += [f"    {one.number} {one.title}" for one in section.blocks if isinstance(one, Heading)]
    _field(doc.add_paragraph(), 'TOC \\o "1-2" \\h \\z \\u', "\n".join(lines), dirty=True)
    doc.add_page_break()


def _field(said: Any, code: str, shown: str, *, dirty: bool = False) -> None:
    begin = _xml("w:fldChar", fldCharType="begin", **({"dirty": "true"} if dirty else {}))
    instruction = _xml("w:instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = f" {code} "
    for part in (begin, instruction, _xml("w:fldChar", fldCharType="separate")):
        said.add_run()._element.append(part)
    said.add_run(shown)
    said.add_run()._element.append(_xml("w:fldChar", fldCharType="end"))


def _xml(name: str, **attributes: object) -> Any:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), str(value))
    return element


def _prepare(doc: Any, report: Report) -> None:
    """A4, fonts, page numbers, title and language."""
    page = doc.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.PORTRAIT, Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.25)
    page.top_margin = page.bottom_margin = Cm(2.3)
    _fonts(doc, "Normal", BODY, Pt(11), report.lang)
    doc.styles["Normal"].paragraph_format.space_after = Pt(6)
    doc.styles["Normal"].paragraph_format.line_spacing = 1.2
    for name, size in (("Title", 24), ("Subtitle", 14), ("Heading 1", 16), ("Heading 2", 13)):
        _fonts(doc, name, HEADINGS, Pt(size), report.lang)
    doc.styles["Subtitle"].font.italic = False
    _fonts(doc, "Caption", HEADINGS, Pt(10), report.lang)
    doc.styles["Caption"].font.bold = True
    footer = page.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _field(footer, "PAGE", "1")
    core = doc.core_properties
    core.title, core.subject, core.author = report.title, report.subtitle, "OpenHall"
    core.comments, core.language = "", LANGUAGE.get(report.lang, report.lang)
    core.created = core.modified = datetime(2000, 1, 1)  # the same report gives the same file


def _fonts(doc: Any, style: str, names: tuple[str, str], size: Any, lang: str) -> None:
    font = doc.styles[style].font
    font.name, font.size, font.color.rgb = names[0], size, RGBColor(0x0B, 0x0C, 0x0C)
    properties = doc.styles[style].element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for old in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{old}"), None)
    fonts.set(qn("w:eastAsia"), names[1])
    fonts.set(qn("w:hAnsi"), names[0])
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(_xml("w:lang", val=LANGUAGE.get(lang, "en-GB"), eastAsia="zh-CN"))
