"""One report, five files: each shows every table, and none lets text become markup or a formula."""

from __future__ import annotations

import json
import re
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader
from tests.report.small import tiny_report

from openhall.report import excel, html, machine, pdf, word
from openhall.report.document import Report

NASTY = "=1+1 <script>\"&#x'\\ *_$[@"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def page(report: Report) -> str:
    return html.page(report)


# HTML


def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    assert not re.search(r'<script|<link|<img|src=|url\(|style="', page)


def test_ids_on_the_page_are_unique(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_references_on_the_page_have_targets(page: str) -> None:
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    wanted = re.findall(r'href="#([^"]+)"', page)
    wanted += [name for names in re.findall(r'aria-labelledby="([^"]+)"', page) for name in names.split()]
    assert wanted
    assert set(wanted) <= ids


def test_every_table_has_caption_and_scopes(page: str, report: Report) -> None:
    tables = re.findall(r"<table.*?</table>", page, re.S)
    assert len(tables) == len(list(report.tables()))
    for table in tables:
        assert "<caption>" in table
        assert not re.search(r"<th(?![^>]*scope=)[ >]", table)


def test_the_page_is_well_formed(page: str) -> None:
    body = page[page.index("<main") : page.index("</main>") + 7]
    ElementTree.fromstring(body.replace("&nbsp;", " "))


def test_the_body_starts_at_the_second_heading_and_has_no_style(report: Report) -> None:
    body = html.body(report)
    assert "<h1" not in body
    assert "<style" not in body
    assert "<h2" in body


def test_text_is_escaped() -> None:
    assert "<script>" not in html.page(tiny_report(NASTY))


def test_the_language_of_the_page_is_said() -> None:
    assert '<html lang="zh-Hans">' in html.page(tiny_report("文字", "zh"))


# JSON


def test_json_keeps_full_precision_and_keys(report: Report) -> None:
    content = json.loads(machine.text(report))
    assert content["format"] == "openhall.report/1"
    blocks = [block for section in content["sections"] for block in section["blocks"]]
    table = next(block for block in blocks if block["kind"] == "table" and block["key"] == "4-2")
    row = next(row for row in table["rows"] if row["background"] == "Gender")
    assert row["chi_square"] == report.table("4-2").rows[1].cells[1]
    assert row["n"] == 300
    assert row["p_monte_carlo"] is None
    assert len(row["v_interval"]) == 2


def test_json_is_the_same_for_the_same_report_on_another_day(report: Report) -> None:
    assert machine.text(report) == machine.text(report)
    assert "2020-02-02" not in machine.text(tiny_report())


def test_json_has_no_number_that_is_none() -> None:
    assert "NaN" not in machine.text(tiny_report())


# Excel


def test_text_in_a_workbook_is_never_a_formula() -> None:
    book = load_workbook(BytesIO(excel.workbook(tiny_report("=HYPERLINK(1)"))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == "=HYPERLINK(1)" for cell in cells)
    assert not [cell for cell in cells if cell.data_type == "f"]


@pytest.mark.parametrize("text", ["+1", "-1", "@x", "\t=1", "\r=1", "x\x00y"])
def test_odd_text_can_be_written(text: str) -> None:
    book = load_workbook(BytesIO(excel.workbook(tiny_report(text))))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_numbers_in_a_workbook_are_numbers_with_a_format(report: Report) -> None:
    book = load_workbook(BytesIO(excel.workbook(report)))
    sheet = book["Table 4-2"]
    header = [cell.value for cell in sheet[3]]
    assert header[:4] == ["Background", "χ²", "df", "N"]
    chi_square = sheet.cell(4, 2)
    assert chi_square.value == pytest.approx(report.table("4-2").rows[0].cells[1], rel=1e-14)
    assert chi_square.number_format == "0.000"


def test_there_is_a_sheet_for_every_table_and_a_contents_page_that_leads_to_it(report: Report) -> None:
    book = load_workbook(BytesIO(excel.workbook(report)))
    assert len(book.sheetnames) == 1 + len(list(report.tables()))
    links = [
        cell.hyperlink.location for row in book["Contents"].iter_rows() for cell in row if cell.hyperlink
    ]
    assert {link.split("!")[0].strip("'") for link in links} == set(book.sheetnames[1:])


# Word


@pytest.fixture(scope="module")
def document(report: Report) -> bytes:
    return word.document(report)


def test_word_has_headings_and_all_tables(document: bytes, report: Report) -> None:
    doc = Document(BytesIO(document))
    headings = [said.text for said in doc.paragraphs if said.style.name == "Heading 1"]
    assert headings == [f"{section.number} {section.title}" for section in report.sections]
    assert len(doc.tables) == len(list(report.tables()))


def test_word_repeats_header_rows_and_has_alternatives_for_charts(document: bytes, report: Report) -> None:
    xml = ZipFile(BytesIO(document)).read("word/document.xml").decode()
    assert xml.count("<w:tblHeader") >= len(list(report.tables()))
    descriptions = re.findall(r'<wp:docPr [^>]*descr="([^"]+)"', xml)
    assert len(descriptions) == len(list(report.figures()))


def test_word_has_chinese_fonts_contents_and_page_numbers(document: bytes) -> None:
    files = ZipFile(BytesIO(document))
    assert 'w:eastAsia="SimSun"' in files.read("word/styles.xml").decode()
    assert "TOC \\o" in files.read("word/document.xml").decode()
    footers = [name for name in files.namelist() if "footer" in name and name.endswith(".xml")]
    assert any(" PAGE " in files.read(name).decode() for name in footers)


def test_word_shows_the_same_cells_as_the_report(document: bytes, report: Report) -> None:
    doc = Document(BytesIO(document))
    names = [table.key for table in report.tables()]
    grid = doc.tables[names.index("4-1")]
    shown = report.table("4-1").shown(report.table("4-1").rows[0])
    assert [cell.text for cell in grid.rows[1].cells] == shown


def test_word_takes_any_text() -> None:
    doc = Document(BytesIO(word.document(tiny_report(NASTY))))
    assert any(NASTY in said.text for said in doc.paragraphs)


# PDF


def test_pdf_has_title_language_tags_and_contents(report: Report) -> None:
    reader = PdfReader(BytesIO(pdf.document(report)))
    assert reader.metadata.title == "Satisfaction with this service hall – Survey and statistical analysis"
    catalogue = reader.trailer["/Root"]
    assert str(catalogue["/Lang"]).startswith("en")
    assert catalogue["/MarkInfo"]["/Marked"]
    text = "".join(page.extract_text() for page in reader.pages)
    for section in report.sections:
        assert section.title in text


def test_pdf_uses_only_the_fonts_the_project_brings() -> None:
    reader = PdfReader(BytesIO(pdf.document(tiny_report("文字", "zh"))))
    names = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"].get("/Font", {}).values()
    }
    assert names
    assert all("NotoSansSC" in name for name in names)


def test_pdf_shows_text_as_it_is() -> None:
    reader = PdfReader(BytesIO(pdf.document(tiny_report("#let x = [*bold*] $a$ \\ @ref <label>"))))
    assert "#let x = [*bold*] $a$ \\ @ref <label>" in reader.pages[-1].extract_text().replace("\n", " ")


def test_a_chart_higher_than_a_page_is_made_smaller() -> None:
    assert pdf._width('<svg width="450" height="300" viewBox="0 0 450 300">') == pdf.WIDTH
    tall = pdf._width('<svg width="450" height="1800" viewBox="0 0 450 1800">')
    assert tall * 1800 / 450 == pdf.TALLEST


def test_pdf_is_the_same_for_the_same_report() -> None:
    assert pdf.document(tiny_report()) == pdf.document(tiny_report())


def test_a_character_no_font_has_costs_the_accessibility_mark_and_not_the_file() -> None:
    with_box, usual = (pdf.document(tiny_report(text)) for text in ("😀 Very satisfied", "Very satisfied"))
    assert "Very satisfied" in PdfReader(BytesIO(with_box)).pages[-1].extract_text()
    assert b"pdfuaid" in usual and b"pdfuaid" not in with_box
