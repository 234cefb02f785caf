"""A CSV file of any size becomes a store that says what `surveys.sheets` says of it, the quick way as the careful."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.test_agreement import SLOW

from openhall.engines import csv_carefully, csv_pieces, csv_quickly
from openhall.engines.columns import encode
from openhall.engines.csv_pieces import CsvFile
from openhall.engines.csv_store import store_of_csv
from openhall.errors import BadInput
from openhall.surveys import validity
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Section
from openhall.surveys.sheets import read_sheets

LABELS = {1: "Very satisfied", 2: "Satisfied", 3: "不满意", 10: "Don't know"}
OPTIONS = tuple(Option(code, {"en": label}, score=float(code)) for code, label in LABELS.items())
ASKED = Questionnaire(
    key="asked",
    title={},
    sections=(
        Section(
            key="all",
            questions=(
                Question(key="q1", kind=Kind.SINGLE, text={}, name="mood", options=OPTIONS),
                Question(key="s1", kind=Kind.SCALE, text={}, options=OPTIONS[:3]),
                Question(key="many", kind=Kind.MULTIPLE, text={}, options=OPTIONS, required=False),
                Question(key="box", kind=Kind.MULTIPLE, text={}, options=OPTIONS[:2], required=False),
                Question(key="paid", kind=Kind.NUMBER, text={}, decimals=1, minimum=0, required=False),
                Question(key="seen", kind=Kind.DATE, text={}, required=False),
                Question(key="why", kind=Kind.TEXT, text={}, required=False),
            ),
        ),
    ),
)
HEADER = [
    "serial",
    "Office",
    "mood",
    "s1",
    "many",
    "box_1",
    "box_2",
    "paid",
    "seen",
    "why",
    "seconds",
    "date",
]
ONE = ["1", "2", "3", " 2 ", "3.0", "３", "very satisfied", "不满意", "", "1|3", "2|2", "Satisfied|1"]
CELLS = {
    "Office": ["East", " East", "西", "", "'=West", "O'Brien, Son"],
    "mood": [*ONE, "10"],
    "s1": ONE,
    "many": [*ONE, "10|1"],
    "box_1": ["1", "0", "", "yes", "否"],
    "box_2": ["1", "0", "", "TRUE"],
    "paid": ["", "1.5", "0", "12", "３.5"],
    "seen": ["", "2018-06-30", "1969-01-01"],
    "why": ["", "late", 'said "no"', "two\nlines", " "],
    "seconds": ["", "12", "300.5"],
    "date": ["", "2018-06-30"],
}
WRONG = {"mood": "4", "s1": "10", "many": "1|x", "box_1": "maybe", "paid": "-1", "seen": "30.6.2018"}


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_pieces, "PIECE", 300)
    monkeypatch.setattr(csv_carefully, "AT_ONCE", 3)
    monkeypatch.setattr(csv_quickly, "CHUNK", 100)


def written(path: Path, rows, *, header=HEADER, encoding="utf-8", delimiter=",", end="\r\n") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
        writer.writerows([header, *rows])
    return path


@st.composite
def tables(draw, wrong=False):
    rows = draw(
        st.lists(st.tuples(*(st.sampled_from(CELLS[title]) for title in HEADER[1:])), min_size=1, max_size=25)
    )
    rows = [[str(number), *row] for number, row in enumerate(rows, 1)]
    if wrong:
        for title in draw(st.lists(st.sampled_from(sorted(WRONG)), min_size=1, max_size=4)):
            draw(st.sampled_from(rows))[HEADER.index(title)] = WRONG[title]
    return rows


def same(path: Path, folder: Path, asked: Questionnaire = ASKED) -> None:
    """The store of a file has the answers, offices and verdicts of its sheets."""
    sheets = read_sheets(path, name=path.name, questionnaire=asked, needed=())
    store = store_of_csv(path, asked, folder)
    [block] = store.live()
    for key, column in encode(asked, sheets.answers).items():
        assert block[key].tolist() == column.tolist(), key
    offices = ["", *map(str, store.codes["office"])]
    assert [offices[place] for place in block["office"]] == (list(sheets.offices) or [""] * len(sheets))
    found = validity.findings(asked, sheets)
    void = validity.void(found)
    assert [place for place, reason in enumerate(block["void"].tolist()) if reason != 1] == sorted(void)
    rules = Counter(one.rule.value for one in found if one.verdict is validity.Verdict.VOID)
    assert store.facts["reasons"] == dict(rules)
    fast = [one for one in found if one.rule is validity.Rule.TOO_FAST and one.index not in void]
    assert store.facts["flags"].get("too_fast", 0) == len(fast)
    assert store.facts["notes"] == [note.say() for note in sheets.notes]


@settings(max_examples=40, suppress_health_check=SLOW, deadline=None)
@given(tables())
def test_a_store_of_a_csv_says_what_its_sheets_say(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("csv")
    same(written(folder / "sheets.csv", rows), folder / "store")


@settings(max_examples=20, suppress_health_check=SLOW, deadline=None)
@given(tables(wrong=True))
def test_every_problem_is_named_as_ever_and_nothing_is_left_behind(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("csv")
    path = written(folder / "sheets.csv", rows)
    with pytest.raises(BadInput) as expected:
        read_sheets(path, name=path.name, questionnaire=ASKED, needed=())
    with pytest.raises(BadInput) as found:
        store_of_csv(path, ASKED, folder / "store")
    assert sorted(found.value.lines()) == sorted(expected.value.lines())
    assert found.value.values["count"] == expected.value.values["count"]
    assert [one.name for one in folder.iterdir()] == ["sheets.csv"]


@settings(max_examples=60, suppress_health_check=SLOW, deadline=None)
@given(st.lists(st.tuples(*[st.sampled_from(["1", "2", "3", "", " ", "３"])] * 3), min_size=1, max_size=60))
def test_cells_of_one_character_are_read_as_any_others(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("csv")
    path = written(folder / "sheets.csv", rows, header=["q1", "s1", "many"])
    if any(any(map(str.strip, row)) for row in rows):
        same(path, folder / "store")
        return
    with pytest.raises(BadInput, match="no sheets below"):
        store_of_csv(path, ASKED, folder / "store")


@settings(max_examples=40, suppress_health_check=SLOW, deadline=None)
@given(st.lists(st.tuples(*[st.sampled_from("1123x4-")] * 2), min_size=40, max_size=90))
def test_a_character_that_is_no_answer_is_found_among_many_that_are(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("csv")
    path = written(folder / "sheets.csv", [["3", "x"], *rows], header=["q1", "s1"])
    with pytest.raises(BadInput) as expected:
        read_sheets(path, name=path.name, questionnaire=ASKED, needed=())
    with pytest.raises(BadInput) as found:
        store_of_csv(path, ASKED, folder / "store")
    assert sorted(found.value.lines()[:50]) == sorted(expected.value.lines())
    assert found.value.values["count"] == expected.value.values["count"]


SHORT = ["serial", "office", "q1", "s1"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_encoding_and_separator_is_read(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [[number, "办事大厅政务", "不满意", 2] for number in range(1, 60)]
    path = written(tmp_path / "s.csv", rows, header=SHORT, encoding=encoding, delimiter=delimiter)
    same(path, tmp_path / "store")


def test_blank_rows_and_a_sep_line_are_no_sheets(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("sep=;\n\nserial;office;q1;s1;\n1;East;1;2;\n;;;;\n\n2;West;1|2;2;\n", "utf-8")
    same(path, tmp_path / "store")


def test_a_sheet_with_no_more_than_a_serial_is_a_blank_sheet(tmp_path: Path) -> None:
    same(written(tmp_path / "s.csv", [[1, "", "", ""], [2, "", 1, 1]], header=SHORT), tmp_path / "store")


def test_a_note_in_a_column_of_nothing_makes_a_row_a_sheet(tmp_path: Path) -> None:
    rows = [["", "", "torn"], [1, 1, ""], ["", "", ""]]
    same(written(tmp_path / "s.csv", rows, header=["q1", "s1", "note"]), tmp_path / "store")


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (["office", "q1", "s1"], [" ", "", ""]),
        (["q1", "s1", "date"], ["", "", "2018-06-30"]),
        (["q1", "s1", "box_1", "box_2"], ["", "", "0", "0"]),
        (["q1", "s1", "seconds"], [" ", "", ""]),
    ],
)
def test_a_row_without_answers_is_a_sheet_where_any_text_stands_in_it(tmp_path: Path, header, row) -> None:
    usual = [{"office": "East", "date": "2018-06-29", "seconds": "12"}.get(title, "1") for title in header]
    same(written(tmp_path / "s.csv", [usual, row, usual], header=header), tmp_path / "store")


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ([[number, "East", 1, 1] for number in [*range(1, 60), 7]], 61),
        ([[f"a{number}", "East", 1, 1] for number in [*range(1, 60), 7]], 61),
        ([[number, "East", 1, 1] for number in [5, *range(1, 60)]], 7),
    ],
)
def test_a_serial_that_stands_twice_is_named(tmp_path: Path, rows, row: int) -> None:
    path = written(tmp_path / "s.csv", rows, header=SHORT)
    with pytest.raises(BadInput, match="stands in row") as found:
        store_of_csv(path, ASKED, tmp_path / "store")
    assert found.value.problems[0].values["row"] == row
    with pytest.raises(BadInput) as expected:
        read_sheets(path, name=path.name, questionnaire=ASKED)
    assert found.value.lines() == expected.value.lines()


@pytest.mark.parametrize(
    "serials", [["7", "07"], ["1", "2", "10", "3"], ["9007199254740993", "9007199254740992"]]
)
def test_serials_that_differ_are_not_taken_for_the_same(tmp_path: Path, serials) -> None:
    path = written(tmp_path / "s.csv", [[one, "East", 1, 1] for one in serials], header=SHORT)
    assert store_of_csv(path, ASKED, tmp_path / "store").rows == len(serials)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("serial,office,q1\n1,East,1\n", "s1 is missing"),
        ("serial,office,q1,s1\n", "no sheets below the header"),
        ("serial,office,q1,s1,s1\n1,East,1,1,1\n", "stands twice"),
        ("serial,office,q1,s1\n1,East,1,1\n2,East,1\n", "Row 3.*has 3 cells"),
        ("serial,office,q1,s1,\n1,East,1,1,\n2,East,1,2,torn\n", "Row 3.*has 5 cells"),
        ("serial,office,q1,s1\n1,East,1,1\n\n,East,1,2\n", "Row 4.*serial is blank"),
        ('serial,office,q1,s1\n1,East,1,1\n2,"East,1,1\n', "line 3 is not CSV"),
        ("\n\n", "no rows"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "s.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=said):
        store_of_csv(path, ASKED, tmp_path / "store")
    assert [one.name for one in tmp_path.iterdir()] == ["s.csv"]


def test_bytes_that_are_no_text_are_named_by_their_line(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    rows = "".join(f"{number},East,1,1\n" for number in range(1, 9_000))
    path.write_bytes(b"serial,office,q1,s1\n" + rows.encode() + b"9000,\xff\xfe,1,1\n")
    with pytest.raises(BadInput, match="line 9001"):
        store_of_csv(path, ASKED, tmp_path / "store")


def test_only_the_first_problems_are_named_and_all_are_counted(tmp_path: Path) -> None:
    path = written(tmp_path / "s.csv", [[n, "East", 9, 1] for n in range(1, 200)], header=SHORT)
    with pytest.raises(BadInput) as found:
        store_of_csv(path, ASKED, tmp_path / "store")
    assert len(found.value.problems) == 50 and found.value.values["count"] == 199
    assert found.value.problems[-1].values["row"] == 51


def test_reading_tells_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    path = written(tmp_path / "s.csv", [[n, "East", 1, 1] for n in range(1, 200)], header=SHORT)
    seen: list[tuple[int, int]] = []
    store_of_csv(path, ASKED, tmp_path / "store", lambda done, of: seen.append((done, of)))
    assert seen[-1] == (path.stat().st_size,) * 2 and len(seen) > 3

    def stop(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store_of_csv(path, ASKED, tmp_path / "other", stop)
    assert not (tmp_path / "other").exists()


def test_pieces_end_outside_of_quotation_marks(tmp_path: Path) -> None:
    path = written(tmp_path / "s.csv", [[n, "a\nb\n" * 9, 1, 1] for n in range(1, 60)], header=SHORT)
    for piece in CsvFile(path).pieces():
        assert piece.data.count(b'"') % 2 == 0 and piece.data.endswith(b"\r\n")
