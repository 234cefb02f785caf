import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from tests.surveys.sav_file import sav_bytes

from openhall.errors import BadInput
from openhall.surveys.files import MEGABYTE
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Section
from openhall.surveys.sheets import Sheets, read_sheets
from openhall.surveys.sheets_out import write_sheets_csv
from openhall.surveys.toml_format import builtin

STARS = (Option(2, {"en": "Good", "zh": "好"}, 2.0), Option(1, {"en": "Bad", "zh": "差"}, 1.0))
WHY = (Option(1, {"en": "Tax", "zh": "税"}), Option(2, {"en": "Land", "zh": "土地"}))
FORM = Questionnaire(
    key="f",
    title={"en": "F"},
    languages=("en", "zh"),
    sections=(
        Section(
            key="a",
            questions=(
                Question(key="q1", name="stars", kind=Kind.SINGLE, text={"en": "Stars?"}, options=STARS),
                Question(key="q2", kind=Kind.MULTIPLE, text={"en": "Why?"}, options=WHY, required=False),
                Question(key="q3", kind=Kind.TEXT, text={"en": "Else?"}, required=False),
            ),
        ),
    ),
)
CSV = "serial,office,q1,q2,q3\n1,North,2,1|2,fine\n2,South,,,\n"
READ = [(2, (1, 2), "fine"), (None, None, None)]


def read(data: str | bytes, name: str = "a.csv", **more: Any) -> Sheets:
    return read_sheets(
        data.encode() if isinstance(data, str) else data, name=name, questionnaire=FORM, **more
    )


def refused(data: str | bytes, name: str = "a.csv", **more: Any) -> str:
    with pytest.raises(BadInput) as caught:
        read(data, name, **more)
    return str(caught.value)


def workbook(rows: Sequence[Sequence[Any]], title: str = "sheets") -> Workbook:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    return book


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


ROWS = [
    ["serial", "office", "q1", "q2", "q3"],
    [1, "North", 2, "1|2", "fine"],
    [2, "South", None, None, None],
]


def test_the_338_reference_sheets_are_read_and_written_unchanged() -> None:
    data = (resources.files("openhall") / "data" / "reference_sheets.csv").read_bytes()
    sheets = read_sheets(data, name="sheets.csv", questionnaire=builtin())
    assert len(sheets) == 338 and not sheets.notes
    assert sheets.serials[0] == "0001" and sheets.offices[0] == "No. 2 General Office"
    assert sheets.answers[2][18] == (3, 4)
    assert write_sheets_csv(builtin(), sheets).encode() == data


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_csv_in_any_usual_encoding_is_read(encoding: str) -> None:
    sheets = read(CSV.replace("North", "北大厅").encode(encoding))
    assert sheets.offices[0] == "北大厅" and sheets.answers == READ


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found(separator: str) -> None:
    assert read(CSV.replace(",", separator)).answers == READ
    assert read(f"sep={separator}\r\n" + CSV.replace(",", separator)).answers == READ


def test_labels_in_any_language_are_read_as_codes() -> None:
    sheets = read("serial,office,q1,q2,q3\n1,a,GOOD,税|Land,\n2,a,差,,\n3,a,2.0,1,\n")
    assert [answers[:2] for answers in sheets.answers] == [(2, (1, 2)), (1, None), (2, (1,))]


def test_columns_may_be_headed_by_the_questions_name_or_the_chinese_word() -> None:
    sheets = read("编号,大厅,Stars,q2,q3\n7,北,2,,\n")
    assert sheets.serials == ["7"] and sheets.offices == ["北"] and sheets.answers[0][0] == 2


def test_a_multiple_choice_may_be_spread_over_columns() -> None:
    sheets = read("serial,office,q1,q2_1,q2_2,q3\n1,a,2,1,1,\n2,a,2,no,YES,\n3,a,2,0,,\n")
    assert [answers[1] for answers in sheets.answers] == [(1, 2), (2,), None]
    assert "Row 2, column q2_2: “5” is not one of the answers (0, 1)." in refused(
        "serial,office,q1,q2_1,q2_2,q3\n1,a,2,1,5,\n"
    )


def test_channel_seconds_and_date_are_read_where_given() -> None:
    sheets = read("serial,office,channel,seconds,date,q1,q2,q3\n1,a,paper,61.5,2018-06-30,2,,\n2,a,,,,2,,\n")
    assert list(sheets.channels) == ["paper", ""]
    assert list(sheets.seconds) == [61.5, None]
    assert list(sheets.dates) == ["2018-06-30", ""]
    said = refused("serial,office,seconds,date,q1,q2,q3\n1,a,-1,30.6.,2,,\n")
    assert (
        "column seconds: the number must be 0 or more." in said
        and "column date: “30.6.” is not a date." in said
    )


def test_unknown_columns_are_noted_and_missing_ones_refused() -> None:
    sheets = read(CSV.replace("office", "Colour,office").replace("1,N", "1,red,N").replace("2,S", "2,,S"))
    assert [str(note) for note in sheets.notes] == [
        "columns that belong to no question were left out: Colour."
    ]
    assert "the column q1 is missing. Add it to the file." in refused("serial,office,q2\n1,a,1\n")
    assert "the column serial is missing." in refused("office,q1\na,2\n")


def test_a_plain_file_may_do_without_serial_and_office() -> None:
    sheets = read("q1,q2,q3\n2,,\n1,,\n", needed=())
    assert sheets.serials == ["1", "2"] and not sheets.offices


def test_a_question_nobody_must_answer_may_have_no_column() -> None:
    sheets = read("serial,office,q1\n1,a,2\n")
    assert sheets.answers == [(2, None, None)]
    assert "there is no column q2" in str(sheets.notes[0])


def test_every_problem_is_named_by_row_and_column_in_the_order_of_the_file() -> None:
    said = refused("serial,office,q1,q2,q3\n1,a,7,,\n1,b,2,1|9,\n,c,2,,\n")
    assert said.splitlines() == [
        "a.csv cannot be used, nothing of it has been kept. Problems: 4.",
        "Row 2, column q1: “7” is not one of the answers (2, 1).",
        "Row 3, column q2: “9” is not one of the answers (1, 2).",
        "Row 3: the serial 1 stands in row 2 already. Give every sheet its own serial.",
        "Row 4: the serial is blank. Give every sheet a serial.",
    ]


def test_of_many_problems_the_first_fifty_are_named_and_all_counted() -> None:
    said = refused("serial,office,q1,q2,q3\n" + "".join(f"{n},a,7,8,\n" for n in range(100)))
    assert len(said.splitlines()) == 51 and "Problems: 200." in said
    assert said.splitlines()[1:3] == [
        "Row 2, column q1: “7” is not one of the answers (2, 1).",
        "Row 2, column q2: “8” is not one of the answers (1, 2).",
    ]


def test_row_numbers_count_blank_lines() -> None:
    assert "Row 4, column q1" in refused("serial,office,q1,q2,q3\n\n1,a,2,,\n2,a,7,,\n")


@pytest.mark.parametrize("row", ["1,a,2", "1,a,2,,,more"])
def test_a_ragged_row_is_refused(row: str) -> None:
    said = refused(f"serial,office,q1,q2,q3\n{row}\n")
    assert "Row 2: the row has" in said and "the header 5. Check for a missing or extra separator." in said


def test_a_tsv_is_separated_by_tabs_whatever_else_it_holds() -> None:
    assert (
        read(
            CSV.replace("1|2", "x").replace(",", "\t").replace("x", "1|2").replace("fine", "a,b,c,d,e"),
            "a.tsv",
        ).answers[0][2]
        == "a,b,c,d,e"
    )


def test_a_date_of_a_workbook_and_a_time_are_told_apart() -> None:
    head = ["serial", "office", "q1", "date"]
    sheets = read(saved(workbook([head, [1, "a", 2, datetime(2018, 6, 30)]])), "a.xlsx")
    assert list(sheets.dates) == ["2018-06-30"]
    said = refused(saved(workbook([head, [1, "a", 2, datetime(2018, 6, 30, 12, 5)]])), "a.xlsx")
    assert "“2018-06-30 12:05:00” is not a date." in said


def test_a_multiple_choice_with_a_column_missing_is_refused() -> None:
    assert "the column q2_1 is missing." in refused("serial,office,q1,q2_2\n1,a,2,1\n")


def test_a_workbook_of_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openhall.surveys.grids.MOST_ROWS", 1)
    assert "Sheet sheets: there are more than 1 rows or 2000 columns." in refused(
        saved(workbook(ROWS)), "a.xlsx"
    )


def test_a_workbook_whose_parts_contradict_each_other_is_refused() -> None:
    whole = io.BytesIO(saved(workbook(ROWS)))
    for spoilt in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        file = io.BytesIO()
        with zipfile.ZipFile(whole) as old, zipfile.ZipFile(file, "w") as new:
            for part in old.namelist():
                new.writestr(part, b"<x" if part == spoilt else old.read(part))
        assert "is not an .xlsx workbook, or a damaged one." in refused(file.getvalue(), "a.xlsx")


def test_a_parquet_file_that_would_unpack_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"serial": ["1"], "office": ["a"], "q1": [2]}), file)
    monkeypatch.setattr("openhall.surveys.grids.UNPACKED_LIMIT", 10)
    assert refused(file.getvalue(), "a.parquet")
    monkeypatch.setattr("openhall.surveys.grids.MOST_ROWS", 0)
    assert "1 rows and 3 columns are too many" in refused(file.getvalue(), "a.parquet")


def test_an_open_quotation_mark_is_named_by_line() -> None:
    assert "line 2 is not CSV" in refused('serial,office,q1,q2,q3\n1,a,2,,"x"y\n')
    assert "is not CSV" in refused('serial,office,q1,q2,q3\n1,a,2,,"never closed\n')


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty."),
        (b"\n \n,,\n", "the file has no rows."),
        (b"serial,office,q1,q2,q3\n", "there are no sheets below the header."),
        (b"\0\1\2\3" * 500, "this is not a text file."),
        (b"serial,office,q1,q2,q3\n1,a,2,,b\0d\n", "line 2 has a control character"),
        (b"serial,office,q1,q1,q2,q3\n1,a,2,2,,\n", "the column q1 stands twice."),
        (b"serial,office,q1,q2,q3\n1,a," + b"9" * 5000 + b",,\n", "99…” is not one of the answers"),
        (
            b"serial,office,q1,q2,q3\n1,a,2,," + b"x" * 40_000 + b"\n",
            "the cell is longer than 32767 characters.",
        ),
        (b"serial,office,q1,q2,q3\n1,a,2,," + b"x" * 200_000 + b"\n", "is not CSV"),
    ],
)
def test_a_bad_file_is_answered(data: bytes, said: str) -> None:
    assert said in refused(data)


def test_a_file_of_nothing_but_lines_is_refused_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("openhall.surveys.grids.MOST_ROWS", 10)
    assert "11 rows and 0 columns are too many" in refused("\n" * 100)


def test_a_file_of_a_hundred_megabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(100 * MEGABYTE)
    with pytest.raises(BadInput) as caught:
        read_sheets(path, name="large.csv", questionnaire=FORM)
    assert "100 MB; 50 MB are possible" in str(caught.value)


def test_an_unknown_kind_of_file_is_refused() -> None:
    assert "“.doc” is no known kind of data file. Send a file ending in .csv, .tsv," in refused(b"x", "a.doc")


def test_a_workbook_is_read_like_a_csv() -> None:
    assert read(saved(workbook(ROWS)), "a.xlsx").answers == READ


def test_of_several_sheets_the_one_called_sheets_is_read() -> None:
    book = workbook(ROWS)
    book.create_sheet("notes", 0).append(["nothing here"])
    sheets = read(saved(book), "a.xlsx")
    assert sheets.answers == READ
    assert "of 2 sheets “sheets” was read." in str(sheets.notes[0])


def test_a_formula_that_was_never_computed_is_refused() -> None:
    rows = [ROWS[0], [1, "North", "=1+1", "1|2", "fine"]]
    assert "Sheet sheets, cell C2: a formula without a value. Copy the sheet" in refused(
        saved(workbook(rows)), "a.xlsx"
    )


def test_merged_cells_are_refused() -> None:
    book = workbook(ROWS)
    book.active.merge_cells("C2:C3")
    assert "Sheet sheets, cell C2:C3: the cells are merged" in refused(saved(book), "a.xlsx")


def test_a_huge_number_and_an_error_value_are_unknown_answers() -> None:
    said = refused(
        saved(workbook([ROWS[0], [1, "a", 10**30, None, None], [2, "a", "#N/A", None, None]])), "a.xlsx"
    )
    assert "Row 2, column q1: “1e+30” is not" in said and "Row 3, column q1: “#N/A” is not" in said


@pytest.mark.parametrize("name", ["a.xlsx", "a.sav", "a.parquet"])
@pytest.mark.parametrize(
    "data", [b"serial,office\n1,a\n", b"\0" * 3000, b"PAR1" + b"\xff" * 100 + b"PAR1", b"$FL2" + b"\1" * 500]
)
def test_a_malformed_file_is_refused(name: str, data: bytes) -> None:
    assert "or a damaged one." in refused(data, name)


@pytest.mark.parametrize("name", ["a.xlsx", "a.sav", "a.parquet"])
def test_a_file_cut_short_is_refused_or_complete(name: str) -> None:
    table = pa.table({"serial": ["1"], "office": ["a"], "q1": [2]})
    file = io.BytesIO()
    pq.write_table(table, file)
    whole = {
        "a.xlsx": saved(workbook(ROWS)),
        "a.sav": sav_bytes({"serial": [1.0], "office": ["a"], "q1": [2.0]}),
        "a.parquet": file.getvalue(),
    }[name]
    for share in (0.3, 0.6, 0.9):
        assert refused(whole[: int(len(whole) * share)], name)


def test_an_spss_file_is_read_with_its_system_missing_values() -> None:
    columns = {
        "serial": [1.0, 2.0],
        "office": ["a", "b"],
        "q1": [2.0, None],
        "q3": ["x", ""],
        "seconds": [61.5, 9.0],
    }
    data = sav_bytes(columns)
    sheets = read(data, "a.sav")
    assert sheets.answers == [(2, None, "x"), (None, None, None)]
    assert sheets.serials == ["1", "2"] and sheets.offices == ["a", "b"] and list(sheets.seconds) == [61.5, 9]


def test_an_spss_file_whose_labels_are_turned_round_is_refused() -> None:
    columns: dict[str, list[float | str | None]] = {"serial": [1.0], "office": ["a"], "q1": [2.0]}
    assert read(sav_bytes(columns, {"q1": {2.0: "Good", 1.0: "Bad"}}), "a.sav").answers == [(2, None, None)]
    said = refused(sav_bytes(columns, {"q1": {1.0: "Good", 2.0: "Bad"}}), "a.sav")
    assert "the file calls 1 “Good”, which is 2 in the questionnaire." in said


def test_reading_an_spss_file_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read(sav_bytes({"serial": [1.0], "office": ["a"], "q1": [2.0]}), "a.sav")
    refused(b"$FL2 rubbish", "a.sav")
    assert not list(tmp_path.iterdir())


def test_a_parquet_file_is_read() -> None:
    file = io.BytesIO()
    columns = {
        "serial": ["1", "2"],
        "office": ["a", "b"],
        "q1": [2.0, None],
        "q2": [[1, 2], None],
        "q3": ["x", None],
    }
    pq.write_table(pa.table(columns), file)
    assert read(file.getvalue(), "a.parquet").answers == [(2, (1, 2), "x"), (None, None, None)]


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8).map(str.strip)
answers = st.tuples(
    st.sampled_from([None, 1, 2, (1, 2)]),
    st.sampled_from([None, (1,), (2,), (1, 2)]),
    st.one_of(
        st.none(), texts.filter(bool), st.sampled_from(["=1+1", "'=x", "''@", "-", '"', "a,b\nc", "+x"])
    ),
)


@settings(deadline=None)
@given(st.lists(answers, min_size=1, max_size=5), st.lists(texts, min_size=5, max_size=5))
def test_csv_reads_what_it_wrote_and_no_cell_is_a_formula(
    given_answers: list[Any], offices: list[str]
) -> None:
    count = len(given_answers)
    sheets = Sheets(
        answers=given_answers,
        serials=[f"={n}" for n in range(count)],
        offices=offices[:count],
        seconds=[2.5] * count,
    )
    text = write_sheets_csv(FORM, sheets)
    again = read(text)
    assert (again.answers, again.serials, again.offices) == (sheets.answers, sheets.serials, sheets.offices)
    assert list(again.seconds) == list(sheets.seconds)
    assert not any(
        cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        for row in csv.reader(io.StringIO(text))
        for cell in row
    )
