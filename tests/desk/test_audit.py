"""The audit at the desk: tables given, corrected, judged, and what is written to the author."""

from __future__ import annotations

import io
import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.town import sign_in

from openhall.desk import audit_draft, audit_read
from openhall.desk.audit_draft import Draft, Table
from openhall.stats.audit import read_published

START, CORRECT, FINDINGS, LETTER, FILE = (
    reverse(f"desk:{name}")
    for name in ("audit", "audit_correct", "audit_findings", "audit_letter", "audit_file")
)
GENDER = (
    "Table 4-4. Satisfaction by gender\nGender\tSatisfied\tNot\tTotal\n"
    "Male\t30 (60.0%)\t20 (40.0%)\t50\nFemale\t10 (20.0%)\t40 (80.0%)\t50"
)
WRONG = GENDER.replace("30 (60.0%)", "30 (65.0%)")
TESTS = "Table 4-2. Chi-square tests\nVariable\tχ²\tdf\tp\nAge\t7.716\t12\t0.807\nGender\t16.667\t1\t0.900"


class Fields(HTMLParser):
    """What a browser would send back from the form that leads to the findings."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.inside, self.area, self.select = False, "", ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("action") in (FINDINGS, LETTER)
        name = given.get("name", "")
        if not self.inside or not (name or tag == "option"):
            return
        if tag == "input":
            self.values[name] = given.get("value", "")
        elif tag == "textarea":
            self.area, self.values[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in given:
            self.values[self.select] = given["value"]

    def handle_data(self, data):
        if self.area:
            self.values[self.area] += data.removeprefix("\n") if not self.values[self.area] else data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = ""


def fields(response) -> dict[str, str]:
    found = Fields(response.content.decode()).values
    found.pop("csrfmiddlewaretoken", None)
    return found


def text(response) -> str:
    """The words of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@pytest.fixture
def desk(client, town):
    return sign_in(client, town.analyst)


def give(desk, pasted="", name="", data=b"", do="read"):
    file = {"file": SimpleUploadedFile(name, data)} if name else {}
    return desk.post(START, {"text": pasted, "do": do, **file})


def judged(desk, pasted, **changes):
    return desk.post(FINDINGS, fields(give(desk, pasted)) | changes)


@pytest.mark.parametrize(
    ("role", "status"), [("administrator", 200), ("analyst", 200), ("leader", 200), ("clerk", 403)]
)
def test_the_audit_is_for_those_who_may_run_it(client, town, role, status):
    sign_in(client, getattr(town, role))
    assert client.get(START).status_code == status
    state = Draft(published=audit_read.study().published).as_text
    for address in (FINDINGS, LETTER):
        assert client.post(address, {"state": state}).status_code == status
    assert client.post(FILE, {"state": state, "file": "findings.json"}).status_code == status
    menu = client.get(reverse("desk:waves")).content.decode() if status == 200 else ""
    assert (f'href="{START}"' in menu) == (status == 200)


def test_strangers_are_sent_to_sign_in(client, town):
    for address in (START, CORRECT, FINDINGS, LETTER, FILE):
        assert client.post(address).status_code == 302
        assert client.get(address)["Location"].startswith("/desk/sign-in")


@pytest.mark.parametrize("address", [CORRECT, FINDINGS, LETTER, FILE])
def test_a_later_step_without_figures_leads_to_the_first(desk, address):
    assert desk.get(address)["Location"] == START
    for sent in (
        {},
        {"state": "{"},
        {"state": '{"tables": 3}'},
        {"state": "[]"},
        {"state": '{"tables":[],"n":4}'},
    ):
        assert desk.post(address, sent)["Location"] == START
    assert "Please start again" in text(desk.get(START))


def test_nothing_given_is_said_at_the_field(desk):
    page = text(give(desk, "  "))
    assert "Paste a table or choose a file." in page


def test_a_pasted_table_comes_back_in_fields_with_what_it_is(desk):
    found = fields(give(desk, GENDER))
    assert found["tables"] == "1" and found["kind-0"] == "counts" and found["size-0"] == "3x4"
    assert found["caption-0"] == "Table 4-4. Satisfaction by gender"
    assert found["c-0-1-1"] == "30 (60.0%)" and found["c-0-2-0"] == "Female"


def test_a_table_copied_from_a_pdf_needs_only_single_spaces(desk):
    found = fields(give(desk, "Table 2 Age\nAge Satisfied Not\nunder 30 12 30.0\nfrom 30 on 28 70.0"))
    assert [found[f"c-0-{i}-0"] for i in range(3)] == ["Age", "under 30", "from 30 on"]
    assert found["c-0-0-2"] == "Not" and found["c-0-2-2"] == "70.0"


def test_paste_correct_findings(desk):
    page = judged(desk, WRONG)
    assert "What does not fit together" in text(page)
    assert "100 × 30 / 50 = 60" in text(page) and "Table 4-4, Male" in text(page)
    back = desk.post(CORRECT, fields(page))
    sent = fields(back)
    assert sent["c-0-1-1"] == "30 (65.0%)"
    right = desk.post(FINDINGS, sent | {"c-0-1-1": "30 (60.0%)"})
    assert "We found nothing that cannot be true" in text(right)
    assert "That is no proof that the figures are right" in text(right)


def test_a_test_is_judged_against_its_table_and_its_degrees_of_freedom(desk):
    page = text(judged(desk, f"{GENDER}\n\n{TESTS}"))
    assert "Table 4-2, Gender" in page and "The printed p is 0.900" in page


def test_sentences_with_tests_are_read_from_the_pasted_text(desk):
    given = give(desk, f"{GENDER}\n\nAge mattered, F(2, 45) = 3.21, p = .55.")
    assert fields(given)["text"] == "Age mattered, F(2, 45) = 3.21, p = .55."
    assert "The printed p is .55" in text(desk.post(FINDINGS, fields(given)))


def test_what_the_text_says_is_compared(desk):
    page = text(judged(desk, GENDER, n="120", groups="Gender: Male 52, Female 50"))
    assert "the report speaks of 120" in page
    assert "The text gives 52" in page


def test_tables_of_one_question_must_have_one_total(desk):
    other = "\n\nTable 5\nAge\tSatisfied\tNot\nyoung\t20\t30\nold\t21\t30"
    found = fields(give(desk, GENDER + other + other.replace("Table 5", "Table 6")))
    named = found | {f"answers-{number}": "Satisfaction" for number in range(3)}
    assert "other totals here" in text(desk.post(FINDINGS, named))
    assert "other totals here" not in text(desk.post(FINDINGS, found))


def test_a_cell_that_is_no_figure_is_said_at_the_cell(desk):
    page = judged(desk, GENDER, **{"c-0-1-1": "3O"})
    assert "row 2, column B: “3O” is no figure" in text(page)
    assert (
        'href="#c-0-1-1"' in page.content.decode()
        and 'aria-describedby="c-0-1-1-error"' in page.content.decode()
    )
    assert fields(page)["c-0-1-1"] == "3O" and "Error:" in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "said", "field"),
    [
        ({"n": "many"}, "whole number above 0", "n"),
        ({"n": "3.5"}, "whole number above 0", "n"),
        ({"low": "5", "high": "1"}, "two numbers, the smaller first", "low"),
        ({"groups": "Gender 4 and 5"}, "Sizes of groups, line 1", "groups"),
        ({"kind-0": ""}, "There is nothing to check yet", "kind-0"),
        ({"kind-0": "anova"}, "cannot be read as “Analysis of variance”", "kind-0"),
        ({"kind-0": "test", "n-0": "x"}, "the number of people must be", "n-0"),
        ({"c-0-1-1": "-30"}, "a count is below 0", "caption-0"),
    ],
)
def test_what_cannot_be_used_is_said_and_everything_stays(desk, changes, said, field):
    page = judged(desk, GENDER, **changes)
    assert said in text(page) and f'href="#{field}"' in page.content.decode()
    assert changes.items() <= fields(page).items() and fields(page)["c-0-2-0"] == "Female"
    assert re.search(rf'id="{field}"', page.content.decode())


def test_two_tables_need_two_numbers(desk):
    page = judged(desk, f"{GENDER}\n\n{GENDER}")
    assert "another table has the number 4-4" in text(page)


@pytest.mark.parametrize(
    ("do", "size", "cell"),
    [
        ("row-add:0", "4x4", ("c-0-2-1", "")),
        ("row-drop:0", "2x4", ("c-0-1-0", "Female")),
        ("column-add:0", "3x5", ("c-0-1-2", "")),
        ("column-drop:0", "3x3", ("c-0-1-1", "20 (40.0%)")),
        ("row-drop:7", "3x4", ("c-0-1-0", "Male")),
        ("nonsense:0", "3x4", ("c-0-1-0", "Male")),
        ("row-add:x", "3x4", ("c-0-1-0", "Male")),
    ],
)
def test_rows_and_columns_come_and_go_and_the_rest_stays(desk, do, size, cell):
    sent = fields(give(desk, GENDER)) | {"do": do, "row-0": "1", "column-0": "1", "n": "100"}
    found = fields(desk.post(CORRECT, sent))
    assert found["size-0"] == size and found[cell[0]] == cell[1] and found["n"] == "100"


def test_the_last_row_and_column_stay():
    draft = Draft(tables=(Table(rows=(("a",),)),))
    for do in ("row-drop:0", "column-drop:0"):
        assert audit_draft.changed(draft, do, {"row-0": "0", "column-0": "0"}) == draft


def test_an_empty_table_can_be_added_and_filled_by_hand(desk):
    sent = fields(desk.post(CORRECT, fields(give(desk, GENDER)) | {"do": "table-add"}))
    assert sent["tables"] == "2" and sent["size-1"] == "4x4"
    typed = {"caption-1": "Table 9", "kind-1": "alpha", "c-1-0-0": "Scale", "c-1-0-1": "Alpha"}
    page = desk.post(FINDINGS, sent | typed | {"c-1-1-0": "All", "c-1-1-1": "1.2"})
    assert "Table 9, All" in text(page) and "Alpha is never above 1." in text(page)


def test_a_table_left_out_is_not_judged(desk):
    found = fields(give(desk, f"{WRONG}\n\n{TESTS}"))
    page = text(desk.post(FINDINGS, found | {"kind-0": ""}))
    assert "Male" not in page and "Table 4-2, Gender" in page


def test_a_large_table_comes_as_lines_and_keeps_every_cell(desk):
    rows = "\n".join(f"Group {i}\t" + "\t".join(str(i + j) for j in range(12)) for i in range(60))
    heads = "Group\t" + "\t".join(f"Answer {chr(65 + j)}" for j in range(12))
    found = fields(give(desk, f"Table 8\n{heads}\n{rows}"))
    assert found["lines-0"].count("\n") == 60 and "size-0" not in found
    page = desk.post(FINDINGS, found | {"lines-0": found["lines-0"].replace("\t15\t", "\tx5\t", 1)})
    assert "“x5” is no figure" in text(page)
    assert "Findings" in text(desk.post(FINDINGS, found)) or "nothing" in text(desk.post(FINDINGS, found))


def test_many_tables_fit_one_form_and_the_rest_is_named(desk):
    small = (
        "Table {n}\nAge\tYes\tNo\tMaybe\tNever\nyoung\t3\t4\t5\t6\nold\t5\t6\t7\t8\nmiddle\t4\t4\t4\t4\n\n"
    )
    given = give(desk, "".join(small.replace("{n}", str(n)) for n in range(1, 61)))
    found = fields(given)
    assert found["tables"] == "40" and len(found) < 1900
    assert "20 more tables were found" in text(given)
    assert desk.post(FINDINGS, found).status_code == 200


def test_what_is_pasted_is_never_markup(desk):
    evil = GENDER.replace("Male\t", "<script>alert(1)</script>\t").replace("Female", '"><img src=x>')
    evil = evil.replace("60.0%", "66.0%").replace("by gender", "{0} {x} </textarea>")
    given = give(desk, evil)
    shown = desk.post(FINDINGS, fields(given))
    letter = desk.post(LETTER, fields(shown))
    wrong = desk.post(FINDINGS, fields(given) | {"c-0-1-2": "2x", "kind-0": "anova"})
    for page in (given, shown, letter, wrong):
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode() and "<img src=x" not in page.content.decode()
    assert "alert(1)" in text(shown)


def test_the_studys_own_figures_show_the_nine_groups_of_faults(desk):
    page = text(give(desk, do="study"))
    for said in (
        "with N = 150",  # the number that explains the chi-squares
        "divisible by 2",
        "factor and dependent variable were probably exchanged",
        "changes a conclusion".capitalize(),
        "Table 4-7, No income, More satisfied: 0 → 4",
        "Table 4-8, Self-employed, Very satisfied: 6 → 4",
        "The groups add up to",
        "other totals here",
        "is called the middle of the scale",
        "average of the averages",
        "As it would fit",
    ):
        assert said in page, said
    assert "Change what was read" not in page


def printed_tables() -> str:
    """The study's tables as somebody would copy them from its pages, blank cell and all."""
    found = read_published(audit_read.STUDY.read_text("utf-8"), "study")
    lines: list[str] = []
    for table in found.counts:
        lines += ["", f"Table {table.key}. Satisfaction", "\t".join([table.row_variable, *table.columns])]
        for label, counts, percents in zip(table.rows, table.counts, table.percents, strict=True):
            pairs = zip(counts, percents, strict=True)
            cells = [f"{count.text if count else ''} ({share.text}%)" for count, share in pairs]
            lines.append("\t".join([label, *cells]))
    lines += ["", "Table 4-2. Chi-square tests", "Variable\tχ²\tdf\tSig."]
    lines += [f"{one.place.row}\t{one.statistic.text}\t{one.df1.text}\t{one.p.text}" for one in found.tests]
    for table in found.anovas:
        heads = ["", *(cell for factor in table.factors for cell in (factor, ""))]
        lines += [
            "",
            f"Table {table.key}",
            "\t".join(heads),
            "\t".join(["", *["F", "p"] * len(table.factors)]),
        ]
        for label, fs, ps in zip(table.dependents, table.f, table.p, strict=True):
            lines.append("\t".join([label, *(one.text for pair in zip(fs, ps, strict=True) for one in pair)]))
    return "\n".join(lines)


def test_the_studys_tables_pasted_by_hand_lead_to_the_same_discoveries(desk):
    found = fields(give(desk, printed_tables()))
    counts = [name[5:] for name, kind in found.items() if name.startswith("kind-") and kind == "counts"]
    assert len(counts) == 6 and found["tables"] == "8"
    named = {f"answers-{number}": "Satisfaction" for number in counts}
    assert [found[f"c-7-0-{j}"] for j in (0, 1, 3)] == [
        "",
        "gender",
        "age",
    ]  # headings stand over their columns
    page = text(desk.post(FINDINGS, found | named | {"n": "300"}))
    for said in (
        "with N = 150",
        "divisible by 2",
        "factor and dependent variable were probably exchanged",
        "Table 4-6, Communist Party of China, Less satisfied: (blank) → 2",
        "Table 4-7, No income, More satisfied: 0 → 4",
        "Table 4-8, Self-employed, Very satisfied: 6 → 4",
    ):
        assert said in page, said


def test_a_table_of_frequencies_is_read_and_compared_with_cross_tables(desk):
    table = "Table 4-1\nGender\tn\t%\nMale\t52\t52.0\nFemale\t48\t49.0\nTotal\t100\t100.0\n\n"
    page = text(judged(desk, table + GENDER))
    assert "100 × 48 / 100 = 48" in page and "Table 4-1, n" in page
    assert "The same answers have other totals here than elsewhere" in page


def test_rates_are_not_taken_for_frequencies(desk):
    table = "Table 4-1\nOffice\tSheets\tReturned %\nNorth\t52\t82.0\nSouth\t48\t79.0"
    assert fields(give(desk, table))["kind-0"] == ""


def test_several_means_in_one_cell_are_figures(desk):
    means = "Table 9\nDimension\tItem means\tMean\nHall\t2.90、2.83、2.88\t2.95\nStaff\t2.99\t2.99"
    page = text(judged(desk, means, **{"kind-0": "means"}))
    assert "no figure" not in page and "the items average 2.87" in page


def test_the_letter_names_the_points_and_accuses_nobody(desk):
    found = fields(judged(desk, WRONG))
    letter = desk.post(LETTER, found)
    assert "Dear author," in text(letter) and "Table 4-4, Male" in text(letter)
    assert '<article class="app-letter" lang="en">' in letter.content.decode()
    assert (
        '<article class="app-letter" lang="zh-Hans">'
        in desk.post(LETTER, found | {"language": "zh"}).content.decode()
    )
    assert "<h2></h2>" not in letter.content.decode() and "style=" not in letter.content.decode()
    assert "Table 4-4, Male" in text(desk.post(FINDINGS, fields(letter)))  # and back


@pytest.mark.parametrize(
    ("file", "kind", "begins"),
    [
        ("letter.docx", "wordprocessingml", b"PK"),
        ("letter.pdf", "application/pdf", b"%PDF"),
        ("findings.docx", "wordprocessingml", b"PK"),
        ("findings.pdf", "application/pdf", b"%PDF"),
        ("findings.json", "application/json", b"{"),
    ],
)
def test_letter_and_findings_come_as_files(desk, file, kind, begins):
    sent = fields(judged(desk, WRONG)) | {"file": file, "language": "en"}
    answer = desk.post(FILE, sent)
    what, ending = file.split(".")
    assert kind in answer["Content-Type"] and answer.content.startswith(begins)
    assert re.fullmatch(
        rf'attachment; filename="audit-{what}-en-\d{{4}}-\d\d-\d\d\.{ending}"', answer["Content-Disposition"]
    )


def test_the_json_is_the_one_of_the_command_line(desk):
    answer = desk.post(FILE, fields(judged(desk, WRONG)) | {"file": "findings.json"})
    found = json.loads(answer.content)
    assert found["format"] == "openhall.audit/1" and found["findings"][0]["code"] == "percents"


def test_a_letter_is_no_report_with_contents(desk):
    from docx import Document

    answer = desk.post(FILE, fields(judged(desk, WRONG)) | {"file": "letter.docx", "language": "en"})
    said = [one.text for one in Document(io.BytesIO(answer.content)).paragraphs]
    assert "Dear author," in said and "Contents" not in said


@pytest.mark.parametrize("file", ["", "letter.exe", "nothing.pdf", "../letter.pdf", "letter.json"])
def test_other_files_are_not_made(desk, file):
    assert desk.post(FILE, fields(judged(desk, WRONG)) | {"file": file}).status_code == 400


def docx() -> bytes:
    from docx import Document

    document = Document()
    document.add_paragraph("Men and women differed, t(48) = 2.00, p = .50.")
    document.add_paragraph("Table 3. Satisfaction by gender")
    table = document.add_table(rows=0, cols=4)
    for line in WRONG.splitlines()[1:]:
        for cell, value in zip(table.add_row().cells, line.split("\t"), strict=True):
            cell.text = value
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def xlsx() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    for line in WRONG.splitlines():
        book.active.append(line.split("\t"))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def pdf() -> bytes:
    """A page that shows the table in a fixed pitch, as a typewriter would."""
    shown = [line.split("\t") for line in WRONG.splitlines()]
    drawn = ["BT /F1 10 Tf"]
    for number, cells in enumerate(shown):
        for place, cell in enumerate(cells):
            said = cell.replace("(", r"\(").replace(")", r"\)")
            drawn.append(f"1 0 0 1 {50 + 120 * place} {700 - 20 * number} Tm ({said}) Tj")
    stream = "\n".join([*drawn, "ET"])
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Courier>>",
    ]
    out, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += f"{number} 0 obj{part}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    out += (
        f"xref\n0 6\n0000000000 65535 f \n{table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF"
    )
    return out.encode("latin-1")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("report.docx", docx()),
        ("report.xlsx", xlsx()),
        ("report.csv", WRONG.replace("\t", ",").encode("utf-8-sig")),
        ("report.tsv", WRONG.encode("utf-16")),
        ("report.PDF", pdf()),
    ],
)
def test_tables_are_read_from_each_kind_of_file(desk, name, data):
    found = fields(give(desk, name=name, data=data))
    assert found["tables"] == "1" and found["name"] == name and found["kind-0"] == "counts"
    page = text(desk.post(FINDINGS, found))
    assert "100 × 30 / 50 = 60" in page and name in page


def test_sentences_of_a_word_document_are_read_too(desk):
    assert "t(48) = 2.00" in fields(give(desk, name="report.docx", data=docx()))["text"]


def test_a_file_and_pasted_text_are_read_together(desk):
    found = fields(give(desk, TESTS, name="report.csv", data=GENDER.replace("\t", ",").encode()))
    assert found["tables"] == "2" and found["kind-1"] == "test"


def test_a_file_in_the_audits_own_format_goes_straight_to_the_findings(desk):
    data = b'[[midpoint]]\nlow = 1\nhigh = 5\nclaimed = 2.50\nplace = "4.2"\n'
    page = give(desk, name="own.toml", data=data)
    assert "is called the middle of the scale" in text(page)
    assert desk.post(LETTER, fields(page)).status_code == 200


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("report.doc", b"x", "this kind of file cannot be read. Save it as one of .docx, .xlsx"),
        ("report", b"x", "this kind of file cannot be read"),
        ("report.docx", b"PK no document", "File report.docx:"),
        ("report.xlsx", b"no workbook", "File report.xlsx:"),
        ("report.pdf", b"%PDF-1.4 broken", "File report.pdf:"),
        ("report.csv", b"only,words\nand,words\n", "no table was found in it. If it is a scan"),
        ("report.csv", b"", "the file is empty"),
        ("report.toml", b"n = [", "this is neither TOML nor JSON"),
        ("report.toml", b"what = 1", "this word is not known"),
        ("report.json", b"{}", "the file has no figures"),
        ("report.toml", b"# " + b"x" * 900_000, "Use the command “openhall audit”"),
        ("report.txt", b"\x00\x01\x02\x03" * 50, "File report.txt:"),
    ],
)
def test_a_file_of_no_use_is_refused_with_place_and_cure(desk, name, data, said):
    page = give(desk, name=name, data=data)
    assert page.status_code == 200 and said in text(page)
    assert "Read the tables" in text(page)


def test_a_file_that_is_too_large_is_refused_and_the_paste_stays(desk, settings):
    settings.UPLOAD_LIMIT = 1_000_000
    page = give(desk, GENDER, name="report.csv", data=b"a,1\n" * 300_000)
    assert "more than 1 MB" in text(page) and "Satisfaction by gender" in text(page)


def test_text_without_a_table_says_how_to_paste(desk):
    assert "at least two spaces between the cells" in text(give(desk, "Dear all, hello."))


def test_nothing_is_stored(desk, django_assert_num_queries):
    from openhall.models import Event

    before = Event.objects.count()
    judged(desk, WRONG)
    assert Event.objects.count() == before
