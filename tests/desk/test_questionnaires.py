"""The shelf of questionnaires, one of them, its preview and files, and the file that comes in."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook
from tests.town import ASKED, sign_in, version_of

from openhall.models import Event, Questionnaire, Response, Version
from openhall.surveys import linter
from openhall.surveys.toml_format import builtin, read_toml, write_toml
from openhall.surveys.xlsform import read_xlsform, write_xlsform

SHELF = "/desk/questionnaires/"
READ = ["analyst", "administrator", "leader"]
CHANGE = ["analyst", "administrator"]


def address(name: str, *args: object) -> str:
    return reverse(f"desk:{name}", args=args)


def changing(number: int = 2) -> list[str]:
    """Addresses of everything that needs the right to change."""
    steps = ("edit", "cover", "section", "question", "delete")
    return [
        address("questionnaire_new"),
        address("questionnaire_import"),
        *(address(f"questionnaire_{step}", "hall", number) for step in steps),
    ]


@pytest.fixture
def draft(town) -> Version:
    return version_of(ASKED, number=2)


@pytest.mark.parametrize("role", READ)
def test_those_who_may_see_questionnaires_see_all_pages(client, town, draft, role):
    sign_in(client, getattr(town, role))
    for page in [
        SHELF,
        address("questionnaire", "hall"),
        address("questionnaire_preview", "hall", 2),
        address("questionnaire_export", "hall", 2, "toml"),
    ]:
        assert client.get(page).status_code == 200, page


def test_a_clerk_sees_none_of_it(client, town, draft):
    sign_in(client, town.clerk)
    for page in [
        SHELF,
        address("questionnaire", "hall"),
        address("questionnaire_preview", "hall", 2),
        *changing(),
    ]:
        assert client.get(page).status_code == 403, page


def test_a_leader_looks_but_cannot_change(client, town, draft):
    sign_in(client, town.leader)
    page = client.get(address("questionnaire", "hall")).content.decode()
    assert (
        "Change this draft" not in page and "Make a questionnaire" not in client.get(SHELF).content.decode()
    )
    for page in changing():
        assert client.get(page).status_code == 403, page
        assert client.post(page, {"step": "delete"}).status_code == 403, page
    assert client.post(address("questionnaire_draft", "hall", 1)).status_code == 403
    assert Version.objects.count() == 2


def test_nobody_sees_anything_without_signing_in(client, town, draft):
    for page in [SHELF, address("questionnaire", "hall"), *changing()]:
        answer = client.get(page)
        assert answer.status_code == 302 and "/desk/sign-in" in answer["Location"]


def test_what_is_not_there_is_not_found(client, town):
    sign_in(client, town.analyst)
    for page in [
        address("questionnaire", "nothing"),
        address("questionnaire", "hall") + "?version=9",
        address("questionnaire_preview", "hall", 9),
        address("questionnaire_edit", "hall", 9),
        address("questionnaire_export", "hall", 1, "pdf"),
    ]:
        assert client.get(page).status_code == 404, page


def test_the_shelf_shows_each_questionnaire_once_with_its_waves(client, town, draft):
    sign_in(client, town.analyst)
    page = client.get(SHELF).content.decode()
    assert page.count("How was the hall?") == 1
    assert "Spring wave" in page and "Draft" in page
    assert "大厅怎么样？" in client.get(SHELF + "?lang=zh").content.decode()


def test_an_empty_shelf_says_what_to_do_next(client, town):
    sign_in(client, town.analyst)
    town.wave.delete()
    Questionnaire.objects.all().delete()
    page = client.get(SHELF).content.decode()
    assert "no questionnaire yet" in page and address("questionnaire_import") in page


def test_the_shelf_takes_few_queries_however_many_there_are(client, town, django_assert_max_num_queries):
    for number in range(12):
        version_of(replace(ASKED, key=f"extra{number}"))
    sign_in(client, town.analyst)
    with django_assert_max_num_queries(8):
        assert client.get(SHELF).status_code == 200


def test_one_questionnaire_shows_wordings_codes_scores_versions_and_remarks(client, town, draft):
    sign_in(client, town.analyst)
    page = client.get(address("questionnaire", "hall")).content.decode()
    for words in [
        "Is the hall clean?",
        "大厅干净吗？",
        "score 5",
        "Very satisfied",
        "非常满意",
        "Spring wave",
        "In use, fixed",
    ]:
        assert words in page, words
    for remark in linter.lint(ASKED):
        assert str(remark.problem).replace("'", "&#x27;") in page


def test_older_versions_can_be_looked_at(client, town):
    version_of(replace(ASKED, title={"en": "Second wording"}), number=2)
    sign_in(client, town.leader)
    assert "Second wording" in client.get(address("questionnaire", "hall")).content.decode()
    assert "How was the hall?" in client.get(address("questionnaire", "hall") + "?version=1").content.decode()


def test_the_preview_speaks_each_language_and_has_a_phones_width(client, town):
    sign_in(client, town.leader)
    page = address("questionnaire_preview", "hall", 1)
    assert "Is the hall clean?" in client.get(page).content.decode()
    chinese = client.get(page + "?language=zh&phone").content.decode()
    assert (
        "大厅干净吗？" in chinese and "app-preview--phone" in chinese and "Is the hall clean?" not in chinese
    )


def test_trying_the_preview_checks_answers_and_stores_nothing(client, town):
    sign_in(client, town.leader)
    page = address("questionnaire_preview", "hall", 1)
    wrong = client.post(page, {"q1": "7", "s1": "4"}).content.decode()
    assert "Question 1" in wrong and "#q-q1" in wrong
    right = client.post(page, {"q1": "2", "s1": "4", "s2": "3", "s3": "5", "s4": "4"}).content.decode()
    assert "Nothing was stored" in right
    assert not Response.objects.exists()


def test_exports_can_be_read_again(client, town):
    sign_in(client, town.leader)
    toml = client.get(address("questionnaire_export", "hall", 1, "toml"))
    assert read_toml(toml.content, key="hall") == ASKED
    assert toml["Content-Disposition"] == 'attachment; filename="hall-1.toml"'
    workbook = client.get(address("questionnaire_export", "hall", 1, "xlsx"))
    assert read_xlsform(workbook.content, key="hall").questions == ASKED.questions


def test_an_exported_workbook_has_no_formula_in_it(client, town):
    wording = {"en": '=HYPERLINK("http://example.org","x")', "zh": "+1"}
    version_of(replace(ASKED, key="trap", title=wording))
    sign_in(client, town.leader)
    content = client.get(address("questionnaire_export", "trap", 1, "xlsx")).content
    cells = [cell for sheet in load_workbook(io.BytesIO(content)) for row in sheet.rows for cell in row]
    assert cells and all(cell.data_type != "f" for cell in cells)


def test_a_frozen_version_is_changed_in_a_new_one(client, town):
    sign_in(client, town.analyst)
    page = client.get(address("questionnaire_edit", "hall", 1)).content.decode()
    assert "This version is in use" in page
    answer = client.post(address("questionnaire_draft", "hall", 1))
    assert answer["Location"] == address("questionnaire_edit", "hall", 2)
    again = client.post(address("questionnaire_draft", "hall", 1), follow=True).content.decode()
    assert "Version 2 is a draft already" in again
    assert Version.objects.count() == 2


@pytest.mark.parametrize("step", ["cover", "section", "question"])
def test_no_page_of_the_editor_opens_for_a_frozen_version(client, town, step):
    sign_in(client, town.analyst)
    answer = client.get(address(f"questionnaire_{step}", "hall", 1))
    assert answer.status_code == 302 and answer["Location"] == address("questionnaire_edit", "hall", 1)


def test_deleting_a_draft_asks_first(client, town, draft):
    sign_in(client, town.analyst)
    page = address("questionnaire_delete", "hall", 2)
    assert "Delete this draft?" in client.get(page).content.decode()
    assert Version.objects.count() == 2
    assert client.post(page)["Location"] == address("questionnaire", "hall")
    assert "in use" in client.post(address("questionnaire_delete", "hall", 1), follow=True).content.decode()
    assert [version.number for version in Version.objects.all()] == [1]


def test_a_new_questionnaire_starts_from_the_study(client, town):
    sign_in(client, town.analyst)
    form = {"start": "study", "languages": ["en", "zh"], "key": "ours"}
    assert client.post(address("questionnaire_new"), form)["Location"] == address(
        "questionnaire_edit", "ours", 1
    )
    stored = Version.objects.get(questionnaire__key="ours").asked
    assert stored.questions == builtin().questions and stored.fieldwork is None


def test_a_new_questionnaire_starts_from_one_question(client, town):
    sign_in(client, town.analyst)
    form = {"start": "first", "languages": ["zh", "en"], "title_en": "Our parks", "title_zh": "公园"}
    client.post(address("questionnaire_new"), form)
    stored = Version.objects.get(questionnaire__key="our_parks").asked
    assert stored.title == {"en": "Our parks", "zh": "公园"} and len(stored.questions) == 1


def test_a_new_questionnaire_needs_a_title_and_a_free_key(client, town):
    sign_in(client, town.analyst)
    form = {"start": "first", "languages": ["en"], "introduction_en": "Long text kept"}
    page = client.post(address("questionnaire_new"), form).content.decode()
    assert "Title in English: Write the title in English." in page and "Long text kept" in page
    bare = client.post(address("questionnaire_new"), {}).content.decode()
    assert bare.count(": This field is required.</a>") == bare.count("This field is required.</a>") > 0
    page = client.post(
        address("questionnaire_new"), {**form, "title_en": "Hall", "key": "hall"}
    ).content.decode()
    assert "key “hall” already" in page and 'value="Hall"' in page
    assert Questionnaire.objects.count() == 1


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_a_file_is_read_and_its_key_comes_from_its_name(client, town):
    sign_in(client, town.administrator)
    form = {"file": upload("parks.xlsx", write_xlsform(builtin()))}
    page = client.post(address("questionnaire_import"), form, follow=True).content.decode()
    assert "22 questions" in page
    assert Version.objects.get(questionnaire__key="parks").asked.questions == builtin().questions


def test_pasted_text_becomes_the_next_version_of_a_known_key(client, town):
    sign_in(client, town.analyst)
    form = {"text": write_toml(replace(ASKED, title={"en": "Pasted"})), "key": "hall"}
    assert client.post(address("questionnaire_import"), form)["Location"] == address("questionnaire", "hall")
    assert Version.objects.get(questionnaire__key="hall", number=2).title == "Pasted"


def test_every_mistake_in_a_file_is_a_line_and_nothing_is_kept(client, town):
    sign_in(client, town.analyst)
    text = '[[section]]\nkey = "a"\n[[section.question]]\nkey = "q1"\nkind = "sinlge"\n'
    answer = client.post(address("questionnaire_import"), {"text": text})
    page = answer.content.decode()
    assert answer.status_code == 422 and "Nothing was kept" in page
    assert (
        "sinlge" in page and "section 1 (a), question 1 (q1)" in page and "kind = &quot;sinlge&quot;" in page
    )
    assert Questionnaire.objects.count() == 1 and not Event.objects.exists()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.xlsx", b"no workbook", "not an .xlsx workbook"),
        ("a.lss", b"<<<", ""),
        ("a.toml", b"", "the file is empty"),
        ("a.pdf", b"%PDF", "not known here"),
        ("a.toml", b"\xff\xfe\x00\xd8", ""),
    ],
)
def test_a_file_that_is_none_is_answered(client, town, name, data, said):
    sign_in(client, town.analyst)
    answer = client.post(address("questionnaire_import"), {"file": upload(name, data)})
    assert answer.status_code == 422 and said in answer.content.decode()
    assert Questionnaire.objects.count() == 1


def test_a_file_that_is_too_large_is_not_read(client, town, settings, monkeypatch):
    settings.UPLOAD_LIMIT = 1_000_000
    sign_in(client, town.analyst)
    file = upload("big.toml", b"#" * 3_000_000)  # beyond what Django keeps in memory, so on disk
    monkeypatch.setattr("django.core.files.uploadedfile.TemporaryUploadedFile.read", None)
    answer = client.post(address("questionnaire_import"), {"file": file})
    assert answer.status_code == 422 and "the file has 3 MB" in answer.content.decode()


def test_neither_file_nor_text_or_both_is_answered(client, town):
    sign_in(client, town.analyst)
    assert (
        "Choose a file or paste a text." in client.post(address("questionnaire_import"), {}).content.decode()
    )
    both = {"file": upload("a.toml", b"x = 1"), "text": "y = 1"}
    page = client.post(address("questionnaire_import"), both).content.decode()
    assert "not both" in page and "y = 1" in page


def test_what_a_reader_had_to_decide_is_told(client, town):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "survey"
    for row in [["type", "name", "label"], ["start", "start", ""], ["integer", "age", "How old are you?"]]:
        book.active.append(row)
    book.create_sheet("settings").append(["form_title"])
    book["settings"].append(["Small form"])
    data = io.BytesIO()
    book.save(data)
    sign_in(client, town.analyst)
    form = {"file": upload("small.xlsx", data.getvalue())}
    page = client.post(address("questionnaire_import"), form, follow=True).content.decode()
    notes = read_xlsform(data.getvalue(), key="small").notes
    assert notes and all(str(note).split(":")[0] in page for note in notes)


def test_the_definition_is_stored_compactly_and_readable(client, town):
    sign_in(client, town.analyst)
    client.post(address("questionnaire_import"), {"text": write_toml(ASKED), "key": "again"})
    definition = Version.objects.get(questionnaire__key="again").definition
    assert "大厅干净吗" in definition and definition == json.dumps(
        json.loads(definition), ensure_ascii=False, separators=(",", ":")
    )
