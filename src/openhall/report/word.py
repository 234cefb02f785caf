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
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from openhall.errors import N_
from openhall.language import translator
from openhall.report.document import Block, Caution, Figure, Heading, Manner, Paragraph, Report, Table
from openhall.report.drawing import png
from openhall.report.numerals import unbroken
from openhall.report.wordtable import table_element

BODY, HEADINGS = ("Times New Roman", "SimSun"), ("Arial", "SimHei")
LANGUAGE = {"en": "en-GB", "zh": "zh-CN"}
GREY = RGBColor(0x50, 0x5A, 0x5F)


def document(report: Report, *, keep_in: Path | None = None) -> bytes:
    """The .docx file. `keep_in`: a folder that remembers drawn charts."""
    doc = Document()
    _prepare(doc, report)
    doc.add_paragraph(report.title, style="Title")
    doc.add_paragraph(report.subtitle, style="Subtitle")
    for line in report.fact_lines():
        _small(doc, line)
    if report.has_contents:
        _contents(doc, report)
    for section in report.sections:
        if section.title:
            doc.add_heading(f"{section.number} {section.title}".strip(), level=1)
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
    picture = place.add_run().add_picture(BytesIO(png(figure.spec, keep_in=keep_in)), width=Cm(9.5))
    limit = Cm(20)
    if picture.height > limit:
        picture.width, picture.height = int(picture.width * limit / picture.height), limit
    picture._inline.docPr.set("descr", figure.alt)
    picture._inline.docPr.set("title", report.headline(figure))
    doc.add_paragraph(report.headline(figure), style="Caption")
    if figure.table is not None:
        _table(doc, figure.table, report)


def _table(doc: Any, table: Table, report: Report) -> None:
    headline = report.headline(table)
    caption = doc.add_paragraph(headline, style="Caption")
    caption.paragraph_format.keep_with_next = True
    caption._p.addnext(table_element(table, headline))
    for note in table.notes:
        _small(doc, note)
    doc.add_paragraph().paragraph_format.space_after = Pt(2)


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
