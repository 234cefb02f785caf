"""Taking the answers out of the hall: who may, what is in the files, and what never is."""

from __future__ import annotations

import csv
import io
import zipfile

import pyreadstat
import pytest
from openpyxl import load_workbook
from tests.desk.test_report import answer, own_folder  # noqa: F401
from tests.town import ASKED, sign_in

from openhall.models import Event, Response
from openhall.surveys.sheets import read_sheets


@pytest.fixture
def wave(town):
    answer(town, (1, 5, 4, 3, 2), seconds=80)
    answer(town, (2, 1, 1, 1, (1, 2)), office=1, channel="paper", serial="0007")
    answer(town, (2, None, 3, 3, 3), office=1, channel="paper", serial="0008", void="blank")
    answer(town, (2, 4, None, None, None), complete=False)
    return town.wave


def take(client, wave, file="csv", rows="valid"):
    response = client.post(f"/desk/waves/{wave.key}/data", {"file": file, "rows": rows})
    return response, b"".join(response.streaming_content) if response.streaming else response.content


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("role", "status"), [("administrator", 200), ("analyst", 200), ("leader", 403), ("clerk", 403)]
)
def test_rows_are_for_those_who_may_take_them(client, town, wave, role, status):
    sign_in(client, getattr(town, role))
    assert client.get(f"/desk/waves/{wave.key}/data").status_code == status
    assert take(client, wave)[0].status_code == status


def test_the_csv_holds_the_valid_answers_and_reads_back(client, town, wave):
    sign_in(client, town.analyst)
    response, data = take(client, wave)
    assert response["Content-Disposition"] == 'attachment; filename="spring-wave-data.csv"'
    assert list(table(data)[0]) == [
        "office",
        "channel",
        "language",
        "date",
        "seconds",
        "q1",
        "s1",
        "s2",
        "s3",
        "s4",
    ]
    back = read_sheets(data, name="data.csv", questionnaire=ASKED, needed=("office",))
    assert set(back.answers) == {(1, 5, 4, 3, 2), (2, 1, 1, 1, (1, 2))}


def test_all_rows_say_why_one_does_not_count(client, town, wave):
    sign_in(client, town.analyst)
    rows = table(take(client, wave, rows="all")[1])
    assert sorted(row["not_counted"] for row in rows) == ["", "", "blank", "unfinished"]


def test_no_row_carries_a_number_that_leads_elsewhere(client, town, wave):
    sign_in(client, town.analyst)
    text = take(client, wave, rows="all")[1].decode()
    for response in Response.objects.all():
        assert str(response.pk) not in text
    assert "0007" not in text and "0008" not in text


def test_formulas_never_reach_a_spreadsheet(client, town, wave):
    town.north.name = {"en": "=HYPERLINK(1)"}
    town.north.save()
    sign_in(client, town.analyst)
    assert "'=HYPERLINK(1)" in {row["office"] for row in table(take(client, wave)[1])}
    book = load_workbook(io.BytesIO(take(client, wave, "xlsx")[1]))
    cells = [cell for row in book["Data"].iter_rows() for cell in row if cell.value == "=HYPERLINK(1)"]
    assert len(cells) == 1 and cells[0].data_type != "f"


def test_the_workbook_has_numbers_as_numbers_and_the_codebook(client, town, wave):
    sign_in(client, town.analyst)
    response, data = take(client, wave, "xlsx")
    assert "spreadsheetml" in response["Content-Type"]
    book = load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Data", "Codebook"]
    values = {row[5:] for row in book["Data"].iter_rows(min_row=2, values_only=True)}
    assert values == {(1, 5, 4, 3, 2), (2, 1, 1, 1, "1|2")}


def test_the_codebook_says_every_code_in_every_language(client, town, wave):
    sign_in(client, town.analyst)
    rows = table(take(client, wave, "codebook")[1])
    assert len(rows) == 2 + 4 * 5
    assert rows[0]["question_en"] == "What is your gender?" and rows[0]["answer_zh"] == "男"
    best = next(row for row in rows if row["column"] == "s1" and row["code"] == "5")
    assert (best["score"], best["answer_en"]) == ("5.0", "Very satisfied")


def test_taking_data_is_recorded(client, town, wave):
    sign_in(client, town.analyst)
    take(client, wave, rows="all")
    event = Event.objects.get(kind="data.exported")
    assert (event.by, event.wave, event.data) == (
        town.analyst,
        wave,
        {"file": "csv", "rows": "all", "count": 4},
    )


@pytest.mark.parametrize(("file", "rows"), [("exe", "valid"), ("csv", "none"), ("", "")])
def test_unknown_words_come_back_as_an_error(client, town, wave, file, rows):
    sign_in(client, town.analyst)
    response, page = take(client, wave, file, rows)
    assert response.status_code == 200 and "is not known" in page.decode()
    assert not Event.objects.filter(kind="data.exported").exists()


def test_an_empty_wave_has_nothing_to_take(client, town):
    sign_in(client, town.analyst)
    assert "No sheet has come in yet" in client.get(f"/desk/waves/{town.wave.key}/data").content.decode()
    assert "no such sheets" in take(client, town.wave)[1].decode()


def test_a_workbook_too_large_to_open_is_refused_with_the_way_out(client, town, wave, monkeypatch):
    monkeypatch.setattr("openhall.actions.export.MOST_AT_ONCE", 1)
    sign_in(client, town.analyst)
    assert "2 sheets are too many for this file" in take(client, wave, "xlsx")[1].decode()


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("ddi", ["spring-wave-data.xml", "spring-wave-data.sav"]),
        ("spss", ["spring-wave-data.sps", "spring-wave-data.sav"]),
        ("r", ["spring-wave-data.R", "spring-wave-data.csv", "spring-wave-data-codebook.csv"]),
    ],
)
def test_descriptions_and_scripts_bring_their_data(client, town, wave, file, names):
    sign_in(client, town.analyst)
    response, data = take(client, wave, file)
    assert response["Content-Disposition"] == f'attachment; filename="spring-wave-data-{file}.zip"'
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == names


def test_the_spss_file_holds_the_answers_and_no_number_of_a_sheet(client, town, wave, tmp_path):
    sign_in(client, town.analyst)
    response, data = take(client, wave, "sav", rows="all")
    assert response["Content-Disposition"] == 'attachment; filename="spring-wave-data.sav"'
    (tmp_path / "data.sav").write_bytes(data)
    columns, meta = pyreadstat.read_sav(tmp_path / "data.sav", output_format="dict")
    assert sorted(columns["not_counted"]) == ["", "", "blank", "unfinished"]
    assert "serial" not in columns
    assert b"0007" not in data
    assert meta.column_names_to_labels["office"] == "Office"


def test_the_spss_file_reads_back_with_its_labels(client, town, wave, tmp_path):
    sign_in(client, town.analyst)
    response, data = take(client, wave, "sav")
    assert response["Content-Disposition"].endswith('-data.sav"')
    (tmp_path / "x.sav").write_bytes(data)
    found, meta = pyreadstat.read_sav(tmp_path / "x.sav", output_format="dict")
    back = read_sheets(tmp_path / "x.sav", name="x.sav", questionnaire=ASKED, needed=())
    csv_back = read_sheets(take(client, wave)[1], name="x.csv", questionnaire=ASKED, needed=())
    # SPSS holds a double mark as user-missing, with a label; read back it is a blank like any other.
    single = [
        tuple(None if isinstance(mark, tuple) else mark for mark in sheet) for sheet in csv_back.answers
    ]
    assert back.answers == single and back.offices == csv_back.offices
    assert meta.variable_value_labels["s1"][5.0] == "Very satisfied" and "serial" not in found
