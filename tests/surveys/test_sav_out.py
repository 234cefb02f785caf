"""SPSS files: what is written is what pyreadstat, which others use too, reads."""

from __future__ import annotations

from pathlib import Path

import pyreadstat
import pytest
from tests.town import ASKED

from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Section
from openhall.surveys.sav_out import sav
from openhall.surveys.sheets import read_sheets

KINDS = Questionnaire(
    key="kinds",
    title={"en": "Kinds"},
    languages=("en", "zh"),
    sections=(
        Section(
            key="all",
            questions=(
                Question(
                    key="a_choice_with_a_long_name",
                    kind=Kind.SINGLE,
                    text={"en": "Which?", "zh": "哪一个？" * 100},
                    options=(Option(1, {"en": "One", "zh": "一" * 99}), Option(2, {"en": "Two", "zh": "二"})),
                ),
                Question(key="with", kind=Kind.NUMBER, text={"en": "How many?"}, decimals=1),
                Question(key="said", kind=Kind.TEXT, text={"en": "What else?"}),
            ),
        ),
    ),
)
HEADER = ["office", "seconds", "a_choice_with_a_long_name", "with", "said"]
ROWS = [("第一办公室", 61, 1, 2.5, "=1+1"), ("B", None, None, None, None), ("B", 5, 2, -1, "很好" * 200)]


def read(tmp_path: Path, data: bytes):
    (tmp_path / "x.sav").write_bytes(data)
    return pyreadstat.read_sav(tmp_path / "x.sav", output_format="dict")


def test_numbers_texts_and_gaps_come_back(tmp_path):
    found, _ = read(tmp_path, sav(KINDS, HEADER, ROWS, "en"))
    assert list(found["office"]) == ["第一办公室", "B", "B"]
    assert [None if x != x else x for x in found["seconds"]] == [61, None, 5]
    assert [None if x != x else x for x in found["with_"]] == [2.5, None, -1]
    assert (
        found["said"][0] == "=1+1" and found["said"][2] == "很好" * 42 + "很"
    )  # 255 bytes are 85 characters


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_names_labels_and_levels_are_said(tmp_path, lang):
    _, meta = read(tmp_path, sav(KINDS, HEADER, ROWS, lang))
    name = "a_choice_with_a_long_name"
    assert meta.column_names == ["office", "seconds", name, "with_", "said"]
    assert meta.variable_value_labels[name][1.0] == {"en": "One", "zh": "一" * 40}[lang]
    assert meta.column_names_to_labels[name] == {"en": "Which?", "zh": ("哪一个？" * 100)[:85]}[lang]
    assert (meta.variable_measure[name], meta.variable_measure["with_"]) == ("nominal", "scale")
    assert meta.file_encoding == "UTF-8"


def test_several_marks_are_kept_as_they_were_made(tmp_path):
    rows = [("N", None, (1, 2), 1, ""), ("N", None, 2, 1, "")]
    found, _ = read(tmp_path, sav(KINDS, HEADER, rows, "en"))
    assert list(found["a_choice_with_a_long_name"]) == ["1|2", "2"]


def test_our_own_reader_takes_it_back(tmp_path):
    header = ["office", "date", *(question.key for question in ASKED)]
    rows = [("North", "2020-01-31", 2, 4, 3, 5, 4), ("South", "2020-02-01", 1, None, (3, 4), 5, 4)]
    (tmp_path / "x.sav").write_bytes(sav(ASKED, header, rows, "en"))
    sheets = read_sheets(tmp_path / "x.sav", name="x.sav", questionnaire=ASKED, needed=())
    assert [tuple(row) for row in sheets.answers] == [row[2:] for row in rows]
    assert list(sheets.offices) == ["North", "South"]


def test_no_row_is_still_a_file(tmp_path):
    found, meta = read(tmp_path, sav(KINDS, HEADER, [], "en"))
    assert meta.number_rows == 0 and len(meta.column_names) == 5


def test_equal_data_give_equal_files():
    assert sav(KINDS, HEADER, ROWS, "en") == sav(KINDS, HEADER, ROWS, "en")
