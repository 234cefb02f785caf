"""The report as a Word document: real headings, three-line tables with repeated header rows, charts with alternatives.

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
from openhall.report.document import Block, Caution, Figure, Heading, Manner, Paragraph, Report, Table
from openhall.report.drawing import png
from openhall.report.numerals import unbroken

BODY, HEADINGS = ("Times New Roman", "SimSun"), ("Arial", "SimHei")
LANGUAGE = {"en": "en-GB", "zh": "zh-CN"}
TEXT_WIDTH = 16.5  # centimetres
GREY = RGBColor(0x50, 0x5A, 0x5F)


def document(report: Report, *, keep_in: Path | None = None) -> bytes:
    """The .docx file. `keep_in`: a folder that remembers drawn charts."""
    doc = Document()
    _prepare(doc, report)
    doc.add_paragraph(report.title, style="Title")
    doc.add_paragraph(report.subtitle, style="Subtitle")
    for name, value in report.facts():
        _small(doc, f"{name}: {value}")
    _contents(doc, report.lang)
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
    size = Pt(9 if width <= 8 else 8 if width <= 10 else 7.5)
    grid = doc.add_table(rows=0, cols=width)
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    widths = _widths(table)
    heads = []
    if spans:
        heads.append(_line(grid, [column.over for column in table.columns], table, size, widths, bold=True))
        _join(grid.rows[0], spans)
    heads.append(_line(grid, [column.heading for column in table.columns], table, size, widths, bold=True))
    last = None
    for group, rows in table.bands():
        if group:
            last = _line(grid, [group] + [""] * (width - 1), table, size, widths, bold=True)
            last.cells[0].merge(last.cells[-1])
        for row in rows:
            last = _line(grid, table.shown(row), table, size, widths, bold=row.total)
            if row.total:
                _edge(last, "top", 4)
    for head in heads:
        _repeat(head)
    _edge(heads[0], "top", 12)
    _edge(heads[-1], "bottom", 4)
    _edge(last or heads[-1], "bottom", 12)
    for note in table.notes:
        _small(doc, note)
    doc.add_paragraph().paragraph_format.space_after = Pt(2)


def _widths(table: Table) -> list[int]:
    """Column widths: the first takes what the numbers leave; text columns count three times."""
    shares = [
        3.0 if column.is_text else 1.5 if "interval" in column.format else 1.0 for column in table.columns
    ]
    shares[0] = max(4.0, 0.3 * sum(shares))
    return [int(Cm(TEXT_WIDTH * share / sum(shares))) for share in shares]


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
    for name, count in spans:
        if count > 1:
            for cell in row.cells[place + 1 : place + count]:
                for said in cell.paragraphs:
                    said.clear()
            joined = row.cells[place].merge(row.cells[place + count - 1])
            for said in joined.paragraphs[1:]:
                said._element.getparent().remove(said._element)
            joined.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
            _cell_edge(joined, "bottom", 2)
        place += count


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


def _contents(doc: Any, lang: str) -> None:
    """A table of contents that Word fills when the file is opened."""
    say = translator(lang)
    heading = doc.add_paragraph(say(N_("Contents")), style="TOC Heading")
    heading.paragraph_format.keep_with_next = True
    said = doc.add_paragraph()
    hint = say(N_("To fill the list of contents: right-click here and choose “Update field”."))
    _field(said, 'TOC \\o "1-2" \\h \\z \\u', hint, dirty=True)
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
    doc.styles["TOC Heading"].base_style = doc.styles["Normal"] if "TOC Heading" in doc.styles else None
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
