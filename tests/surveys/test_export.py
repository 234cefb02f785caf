"""Data out: SPSS files read back by another library, DDI in the order of its schema, CSV and Excel."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from xml.etree import ElementTree

import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from openhall.surveys.export import columns, names
from openhall.surveys.export.columns import Column, Dataset, dataset_of
from openhall.surveys.export.ddi import NAMESPACE, ddi_bytes
from openhall.surveys.export.sav import sav_bytes
from openhall.surveys.export.tables import csv_text, rows_of, workbook
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Role, Section
from openhall.surveys.sheets import Sheets, read_sheets

MADE = datetime(2020, 2, 3, 4, 5, 6)
STEPS = (
    Option(1, {"en": "bad", "zh": "差"}, 1.0),
    Option(2, {"en": "good", "zh": "好"}, 2.0),
    Option(8, {"en": "don't know", "zh": "不知道"}),
)
ASKED = Questionnaire(
    key="mixed",
    title={"en": "Everything there is", "zh": "什么都有"},
    languages=("en", "zh"),
    sections=(
        Section(
            key="a",
            title={"en": "First part"},
            questions=(
                Question(
                    key="services",
                    kind=Kind.MULTIPLE,
                    text={"en": "Which services?", "zh": "哪些服务？"},
                    options=tuple(Option(v, {"en": f"Service {v}"}) for v in (1, 2, 3)),
                ),
                Question(key="age", kind=Kind.NUMBER, text={"en": "How old?"}, decimals=1),
                Question(
                    key="opinion",
                    kind=Kind.SCALE,
                    text={"en": "How is it?"},
                    options=STEPS,
                    role=Role.OVERALL,
                ),
            ),
        ),
        Section(
            key="b",
            questions=(
                Question(key="comment", kind=Kind.TEXT, text={"en": "Anything else?"}, required=False),
            ),
        ),
    ),
)
SHEETS = Sheets(
    answers=[
        ((1, 3), 33.5, 1, "=1+1"),
        ((2,), None, (1, 2), "好" * 400),
        (None, 2, 8, None),
        ((1,), -4, None, "x" * 700 + "end"),
    ],
    offices=["North", "South", "North", "South"],
    dates=["2020-01-01", "2020-01-02", "", "2020-01-05"],
)


@pytest.fixture(scope="module")
def dataset():
    return dataset_of(ASKED, SHEETS)


@pytest.fixture
def back(tmp_path):
    """Reads a written file with its user-missing values as they are."""

    def read(dataset, **options):
        file = tmp_path / "data.sav"
        file.write_bytes(sav_bytes(dataset, made=MADE))
        return pyreadstat.read_sav(file, output_format="dict", **options)

    return read


def test_answers_labels_measure_and_missing_values_come_back(dataset, back):
    found, meta = back(dataset, user_missing=True)
    assert found["services_1"] == [1, 0, None, 1]
    assert found["services_3"] == [1, 0, None, 0]
    assert found["age"] == [33.5, None, 2, -4]
    assert found["opinion"] == [1, 9, 8, None]
    assert found["office"] == ["North", "South", "North", "South"]
    assert meta.column_names_to_labels["age"] == "How old?"
    labels = {1: "bad", 2: "good", 8: "don't know", 9: "More than one mark"}
    assert meta.variable_value_labels["opinion"] == labels
    assert meta.missing_ranges["opinion"] == [{"lo": 8, "hi": 8}, {"lo": 9, "hi": 9}]
    assert (meta.variable_measure["opinion"], meta.variable_measure["age"]) == ("ordinal", "scale")
    assert meta.file_label == "Everything there is"
    assert meta.number_rows == 4


def test_codes_without_a_score_are_missing_to_whoever_opens_the_file(dataset, back):
    assert back(dataset)[0]["opinion"] == [1, None, None, None]


def test_texts_of_any_length_come_back_whole(dataset, back):
    found, _ = back(dataset)
    assert found["comment"] == ["=1+1", "好" * 400, "", "x" * 700 + "end"]


def test_a_multiple_choice_is_a_response_set(dataset, back):
    _, meta = back(dataset)
    one = meta.mr_sets["services"]
    assert (one["is_dichotomy"], one["counted_value"]) == (True, 1)
    assert one["variable_list"] == ["services_1", "services_2", "services_3"]
    assert one["label"] == "Which services?"


def test_equal_data_give_equal_files(dataset):
    assert sav_bytes(dataset, made=MADE) == sav_bytes(dataset, made=MADE)


def test_labels_are_in_the_language_asked_for(back):
    _, meta = back(dataset_of(ASKED, SHEETS, lang="zh"))
    assert meta.variable_value_labels["opinion"][2] == "好"


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False, width=32)),
            st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=300),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_number_and_text_comes_back(tmp_path_factory, rows):
    file = tmp_path_factory.mktemp("sav") / "data.sav"
    columns_ = (
        Column(key="a", name="a", label="", values=[number for number, _ in rows]),
        Column(key="b", name="b", label="", values=[text for _, text in rows], text=True),
    )
    file.write_bytes(sav_bytes(Dataset(title="", lang="en", columns=columns_), made=MADE))
    found, _ = pyreadstat.read_sav(file, output_format="dict")
    assert found["a"] == [number for number, _ in rows]
    assert found["b"] == [text.rstrip(" ") for _, text in rows]


@given(st.lists(st.text(min_size=1, max_size=90), max_size=20, unique=True))
def test_names_are_legal_and_different(keys):
    legal, _notes = names.legal_names(keys)
    assert len({name.upper() for name in legal}) == len(keys)
    for name in legal:
        assert len(name.encode()) <= names.LONGEST_NAME
        assert name[0].isalpha()
        assert not name.endswith(".")
        assert name.upper() not in names.RESERVED


def test_a_name_that_was_mended_is_told():
    _, notes = names.legal_names(["q1", "_q2"])
    assert [str(note) for note in notes] == [
        "Column _q2: SPSS allows no such name, so it is called v_q2 there."
    ]


@given(st.text(max_size=200), st.integers(0, 300))
def test_a_text_is_cut_between_characters(text, most):
    short = names.cut(text.encode(errors="ignore").decode(), most)
    assert text.encode(errors="ignore").decode().startswith(short)
    assert len(short.encode()) <= most


def test_long_labels_are_cut_and_told(back):
    long = Question(
        key="long",
        kind=Kind.SINGLE,
        text={"en": "满" * 100},
        options=(Option(1, {"en": "意" * 50}), Option(2, {"en": "no"})),
    )
    asked = Questionnaire(key="k", title={"en": "t"}, sections=(Section(key="a", questions=(long,)),))
    made = dataset_of(asked, Sheets(answers=[(1,), (2,)]))
    _, meta = back(made)
    assert meta.column_names_to_labels["long"] == "满" * 85
    assert meta.variable_value_labels["long"][1] == "意" * 40
    assert [note.values["most"] for note in made.notes] == [255, 120]


def test_line_ends_in_labels_do_no_harm(back):
    box = Question(
        key="m", kind=Kind.MULTIPLE, text={"en": "Which\nones?"}, options=(Option(1, {"en": "a\r\nb"}),)
    )
    after = Question(key="n", kind=Kind.MULTIPLE, text={"en": "And?"}, options=(Option(1, {"en": "c"}),))
    asked = Questionnaire(key="k", title={"en": "a\nb"}, sections=(Section(key="a", questions=(box, after)),))
    _, meta = back(dataset_of(asked, Sheets(answers=[((1,), None)])))
    assert {name: one["label"] for name, one in meta.mr_sets.items()} == {"m": "Which ones?", "n": "And?"}
    assert meta.column_names_to_labels["m_1"] == "a b"


def test_texts_too_long_for_spss_are_told():
    asked = Questionnaire(
        key="k",
        title={"en": "t"},
        sections=(Section(key="a", questions=(Question(key="c", kind=Kind.TEXT, text={"en": "?"}),)),),
    )
    made = dataset_of(asked, Sheets(answers=[("满" * 11_000,)]))
    assert "32767 bytes" in str(made.notes[0])


def test_more_codes_without_a_score_than_spss_can_hold_are_told():
    options = (Option(1, {"en": "a"}, 1.0), *(Option(v, {"en": str(v)}) for v in (5, 6, 7, 8)))
    asked = Questionnaire(
        key="k",
        title={"en": "t"},
        sections=(
            Section(
                key="a", questions=(Question(key="q", kind=Kind.SCALE, text={"en": "?"}, options=options),)
            ),
        ),
    )
    made = dataset_of(asked, Sheets(answers=[(1,)]))
    assert made.of("q").missing == (5, 6, 7)
    assert "first 3" in str(made.notes[0])


def test_a_double_mark_gets_a_code_no_option_has():
    options = tuple(Option(v, {"en": str(v)}) for v in range(1, 12))
    question = Question(key="q", kind=Kind.SINGLE, text={"en": "?"}, options=options)
    asked = Questionnaire(key="k", title={"en": "t"}, sections=(Section(key="a", questions=(question,)),))
    made = dataset_of(asked, Sheets(answers=[((1, 2),), (9,)]))
    assert made.of("q").values == [99, 9]
    assert made.of("q").missing == (99,)


# The order in which the schema of DDI-Codebook 2.5 wants the children of an element, as far as used here.
ORDER = {
    "codeBook": "docDscr stdyDscr fileDscr dataDscr",
    "docDscr": "citation",
    "citation": "titlStmt rspStmt prodStmt",
    "titlStmt": "titl subTitl altTitl parTitl IDNo",
    "prodStmt": "producer copyright prodDate prodPlac software",
    "stdyDscr": "citation studyAuthorization stdyInfo studyDevelopment method dataAccs",
    "stdyInfo": "studyBudget subject abstract sumDscr",
    "sumDscr": "timePrd collDate nation geogCover geogUnit anlyUnit universe dataKind",
    "method": "dataColl notes anlyInfo",
    "anlyInfo": "respRate",
    "fileDscr": "fileTxt",
    "fileTxt": "fileName fileCont fileStrc dimensns fileType",
    "dimensns": "caseQnty varQnty",
    "dataDscr": "varGrp nCubeGrp var",
    "varGrp": "labl txt",
    "var": "location labl imputation qstn valrng invalrng universe TotlResp sumStat txt catgry varFormat",
    "qstn": "preQTxt qstnLit postQTxt ivuInstr",
    "invalrng": "item",
    "catgry": "catValu labl txt catStat",
}


@pytest.fixture(scope="module")
def described(dataset):
    made = ddi_bytes(ASKED, dataset, file="data.sav", made="2020-02-03", version="1")
    return ElementTree.fromstring(made)


def ddi(path: str) -> str:
    return "/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/"))


def test_ddi_keeps_to_the_order_of_its_schema(described):
    for element in described.iter():
        tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
        order = ORDER.get(tag, "").split()
        places = [order.index(child.tag.removeprefix(f"{{{NAMESPACE}}}")) for child in element]
        assert places == sorted(places), tag


def test_ddi_describes_study_file_and_variables(described, dataset):
    assert described.find(ddi("stdyDscr/citation/titlStmt/titl")).text == "Everything there is"
    assert described.find(ddi("stdyDscr/citation/titlStmt/parTitl")).text == "什么都有"
    assert described.find(ddi("fileDscr/fileTxt/dimensns/caseQnty")).text == "4"
    found = {one.get("name"): one for one in described.findall(ddi("dataDscr/var"))}
    assert list(found) == [column.name for column in dataset.columns]
    opinion = found["opinion"]
    assert opinion.get("nature") == "ordinal"
    assert [one.text for one in opinion.findall(ddi("qstn/qstnLit"))] == ["How is it?"]
    categories = {
        one.find(ddi("catValu")).text: (one.find(ddi("catStat")).text, one.get("missing"))
        for one in opinion.findall(ddi("catgry"))
    }
    assert categories == {"1": ("1", "N"), "2": ("0", "N"), "8": ("1", "Y"), "9": ("1", "Y")}
    assert [one.text for one in opinion.findall(ddi("sumStat"))] == ["1", "3"]


def test_ddi_refers_only_to_what_it_holds(described):
    known = {element.get("ID") for element in described.iter()} - {None}
    for group in described.iter(ddi("varGrp")):
        assert set(group.get("var").split()) <= known
    assert {one.get("files") for one in described.iter(ddi("var"))} <= known


def test_control_characters_never_reach_the_xml(dataset):
    asked = Questionnaire(key="k", title={"en": "a\x00b\x0bc"}, sections=ASKED.sections)
    ElementTree.fromstring(ddi_bytes(asked, dataset, file="d.sav", made="2020-01-01", version="1"))


def test_csv_reads_back_and_carries_no_formula():
    text = csv_text(rows_of(ASKED, SHEETS))
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0]["comment"] == "'=1+1"
    again = read_sheets(text.encode(), name="a.csv", questionnaire=ASKED, needed=())
    assert [tuple(row) for row in again.answers] == list(SHEETS.answers)


def test_the_workbook_has_data_and_codebook_without_formulas():
    book = load_workbook(io.BytesIO(workbook(ASKED, rows_of(ASKED, SHEETS))))
    assert book.sheetnames == ["Data", "Codebook"]
    data = book["Data"]
    heads = [cell.value for cell in data[1]]
    cell = data[2][heads.index("comment")]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert data[2][heads.index("age")].value == 33.5


def test_every_column_about_a_sheet_has_a_label():
    assert set(columns.ABOUT) == {"not_counted", "serial", "office", "channel", "date", "seconds"}
