"""Tables out of pasted text and files, recognised and audited."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from openpyxl import Workbook

from openhall.errors import BadInput
from openhall.report import pdf
from openhall.report.audit_recognise import Recognised, key_of, published_from, recognise
from openhall.report.audit_tables import (
    Grid,
    tables_from_csv,
    tables_from_docx,
    tables_from_file,
    tables_from_pdf,
    tables_from_text,
    tables_from_xlsx,
)
from openhall.report.document import Column, Report, Row, Section, Table
from openhall.report.numerals import Format
from openhall.stats.audit import audit
from openhall.stats.audit.findings import Code

ROWS = [
    ["Income", "Satisfied", "%", "General", "%", "Total"],
    ["None", "4", "40.0", "6", "60.0", "10"],
    ["Low", "10", "27.8", "26", "72.2", "36"],
    ["High", "30", "75.0", "11", "25.0", "40"],
]
CAPTION = "Table 4-7. Income by satisfaction"
LONG = """Table 4-4 性别
性别\t满意度\t人数\t比例
男\t满意\t36\t22.5%
\t一般\t124\t77.5%
\t满意\t28\t20%
女\t一般\t112\t80%
"""


def only(grids: list[Grid]) -> Recognised:
    """The one table found, recognised."""
    (grid,) = grids
    found = recognise(grid)
    assert found is not None
    return found


def check(grids: list[Grid]) -> None:
    """The table above with its one wrong count (11 for 10) comes out and is found."""
    found = only(grids)
    table = found.tables[0]
    assert found.kind == "counts"
    assert table["key"] == "4-7"
    assert table["columns"] == ["Satisfied", "General"]
    assert table["row"][1] == {
        "label": "Low",
        "counts": ["10", "26"],
        "percent": ["27.8", "72.2"],
        "total": "36",
    }
    (percents, *_) = audit(published_from([found], "pasted")).of(Code.PERCENTS)
    assert percents.place.row == "High"
    assert percents.repair[0].new == "10"


def test_pasted_text_with_spaces_tabs_or_bars() -> None:
    for between in ("   ", "\t", " | "):
        lines = [between.join(row) for row in ROWS]
        if "|" in between:
            lines = [f"| {line} |" for line in lines]
            lines.insert(1, "|---|---|---|---|---|---|")
        check(tables_from_text("\n".join(["Some text.", CAPTION, "", *lines, "", "More text."])))


def test_a_caption_may_stand_below() -> None:
    text = "\n".join(["\t".join(row) for row in ROWS] + [CAPTION])
    assert tables_from_text(text)[0].caption == CAPTION


def test_csv() -> None:
    for delimiter in ",;\t":
        text = "\n".join([CAPTION, *(delimiter.join(row) for row in ROWS)])
        check(tables_from_csv(text))


def test_docx() -> None:
    document = Document()
    document.add_paragraph(CAPTION)
    table = document.add_table(len(ROWS), len(ROWS[0]))
    for i, row in enumerate(ROWS):
        for j, cell in enumerate(row):
            table.cell(i, j).text = cell
    out = io.BytesIO()
    document.save(out)
    check(tables_from_docx(out.getvalue(), "study.docx"))


def test_xlsx_keeps_the_digits_its_formats_show() -> None:
    book = Workbook()
    sheet = book.active
    sheet.append([CAPTION])
    sheet.append(ROWS[0])
    for row in ROWS[1:]:
        sheet.append([row[0], int(row[1]), float(row[2]), int(row[3]), float(row[4]), int(row[5])])
    for row in sheet.iter_rows(min_row=3):
        for cell in (row[2], row[4]):
            cell.number_format = "0.0"
    out = io.BytesIO()
    book.save(out)
    check(tables_from_xlsx(out.getvalue(), "study.xlsx"))


def test_pdf() -> None:
    columns = tuple(Column(str(k), head, Format.TEXT) for k, head in enumerate(ROWS[0]))
    table = Table(
        key="4-7",
        caption="Income by satisfaction",
        columns=columns,
        rows=tuple(Row(tuple(row)) for row in ROWS[1:]),
    )
    report = Report(title="t", subtitle="s", lang="en", sections=(Section("s", "1", "Section", (table,)),))
    check(tables_from_pdf(pdf.document(report), "study.pdf"))


def test_a_group_named_beside_any_of_its_lines() -> None:
    table = only(tables_from_text(LONG)).tables[0]
    assert [(row["label"], row["counts"]) for row in table["row"]] == [
        ("男", ["36", "124"]),
        ("女", ["28", "112"]),
    ]
    assert table["columns"] == ["满意", "一般"]
    assert table["key"] == "4-4"


def test_totals_are_told_from_groups() -> None:
    text = "Table 2\nSex  Yes  No  Total\nMen  3  7  10\nWomen  6  4  10\nTotal  9  11  20"
    table = only(tables_from_text(text)).tables[0]
    assert [row["label"] for row in table["row"]] == ["Men", "Women"]
    assert (table["column_totals"], table["total"]) == (["9", "11"], "20")


def test_chi_square_tests_find_their_table() -> None:
    counts = "Table 4-4. Gender\nGender  Yes  No\nMen  2  36\nWomen  8  28\n"
    tests = "Table 4-2. Tests\n  Degree of freedom  chi-square  asymp sig\nGender * satisfaction  1  4.500  0.034\n"
    found = [one for grid in tables_from_text(counts + "\n" + tests) if (one := recognise(grid))]
    published = published_from(found, "pasted", n="74")
    assert [(test.table, test.statistic.text, test.df1 and test.df1.text) for test in published.tests] == [
        ("4-4", "4.500", "1")
    ]


def test_reliability_and_means() -> None:
    alphas = only(tables_from_text("Table 1\nDimension  Items  Cronbach's alpha\nSE  5  0.664\nSQ  3  0.788"))
    assert alphas.kind == "alpha"
    assert alphas.tables[1] == {"place": "1", "row": "SQ", "key": "SQ", "alpha": "0.788", "items": "3"}
    means = only(
        tables_from_text("表4-9 均值\n维度\t各题均值\t平均值\nSE\t2.90、2.83\t2.87\nSQ\t2.99、2.96\t2.98")
    )
    assert means.kind == "means"
    assert means.tables[0]["items"] == ["2.90", "2.83"]


def test_analysis_of_variance_in_two_columns_or_two_lines() -> None:
    across = only(
        tables_from_text(
            "Table 4-10\n \tGender\tGender\tAge\tAge\n \tF\tSig.\tF\tSig.\nSE\t0.60\t0.81\t1.49\t0.15"
        )
    )
    assert across.tables[0]["factors"] == ["Gender", "Age"]
    assert across.tables[0]["row"][0] == {"label": "SE", "F": ["0.60", "1.49"], "p": ["0.81", "0.15"]}
    below = only(
        tables_from_text("Table 4-10\n \tGender\tAge\n \tF\tF\n \tSig.\tSig.\nSE\t0.60\t1.49\n \t0.81\t0.15")
    )
    assert below.tables[0]["row"] == across.tables[0]["row"]


def test_what_is_no_table_of_figures_is_left_alone() -> None:
    assert tables_from_text("Nothing here.\n\nOnly words  and gaps.") == []
    assert recognise(Grid((("a", "b"), ("see", "page 3")))) is None


def test_a_figure_that_cannot_be_read_is_said_with_its_place() -> None:
    found = only(tables_from_text("Table 2\nSex  Yes  No\nMen  3  7\nWomen  6  4"))
    found.tables[0]["row"][0]["counts"][1] = "7 6)"
    with pytest.raises(BadInput) as raised:
        published_from([found], "pasted")
    assert "“7 6)” is not" in str(raised.value) or "list of figures" in str(raised.value)


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pdf"])
@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nothing", b"%PDF-1.7 broken", b"\x00\x01"])
def test_damaged_files_are_refused_in_one_sentence(name: str, data: bytes) -> None:
    with pytest.raises(BadInput) as raised:
        tables_from_file(data, name)
    assert name in str(raised.value)


def test_a_packed_bomb_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"0" * 400 * 1024 * 1024)
    for name in ("a.docx", "a.xlsx"):
        with pytest.raises(BadInput):
            tables_from_file(out.getvalue(), name)


def test_the_number_of_a_caption_is_the_key() -> None:
    assert [key_of(text) for text in ("Table 12", "表 3.2 年龄", "Table 4–7: Income")] == ["12", "3.2", "4-7"]
