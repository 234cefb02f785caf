"""The editor without JavaScript: what is typed is saved or kept on the page, and shown in the preview."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from django.urls import reverse
from tests.town import ASKED, sign_in, version_of

from openhall.actions.questionnaires import save_draft, stamp_of
from openhall.models import Version
from openhall.surveys.questionnaire import Kind, Role

HALL = ("hall", 2)
OUTLINE, COVER, SECTION, QUESTION, PREVIEW = (
    reverse(f"desk:questionnaire_{page}", args=HALL)
    for page in ("edit", "cover", "section", "question", "preview")
)


class Fields(HTMLParser):
    """The fields of a page with what is in them, as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.select = self.area = ""
        self.first_choice = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name, kind = given.get("name", ""), given.get("type")
        if tag == "input" and name and (kind not in ("checkbox", "radio") or "checked" in given):
            self.values.setdefault(name, []).append(
                given.get("value") or ("on" if kind == "checkbox" else "")
            )
        elif tag == "textarea":
            self.area = name
            self.values[name] = [""]
        elif tag == "select":
            self.select, self.first_choice = name, True
        elif tag == "option" and (self.first_choice or "selected" in given):
            self.values[self.select], self.first_choice = [given.get("value", "")], False

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.values[self.area] = [self.values[self.area][0].removeprefix("\n")]
            self.area = ""

    def handle_data(self, data):
        if self.area:
            self.values[self.area][0] += data


def fields(answer) -> dict[str, list[str]]:
    return Fields(answer.content.decode()).values


@pytest.fixture
def draft(town) -> Version:
    return version_of(ASKED, number=2)


@pytest.fixture
def desk(client, town, draft):
    return sign_in(client, town.analyst)


def stored():
    return Version.objects.get(questionnaire__key="hall", number=2).asked


def labels(form: dict[str, list[str]]) -> list[str]:
    return [value[0] for name, value in form.items() if name.endswith("-label-en")]


def test_opening_and_saving_a_question_changes_nothing(desk):
    for question in ASKED.questions:
        form = fields(desk.get(f"{QUESTION}?question={question.key}"))
        answer = desk.post(QUESTION, {**form, "step": "save"})
        assert answer["Location"] == f"{OUTLINE}#question-{question.key}"
    assert stored() == ASKED


def test_opening_and_saving_cover_and_section_changes_nothing(desk):
    for page in [COVER, *(f"{SECTION}?section={section.key}" for section in ASKED.sections)]:
        assert desk.post(page, {**fields(desk.get(page)), "step": "save"}).status_code == 302
    assert stored() == ASKED


def test_a_new_question_goes_from_the_editor_to_the_store_to_the_preview(desk):
    form = fields(desk.get(f"{QUESTION}?section=background&kind=single"))
    assert form["key"] == ["q2"]
    form |= {"text_en": "How did you come?", "text_zh": "您怎么来的？", "name": "way", "role": "background"}
    form = fields(desk.post(QUESTION, {**form, "step": "add"}))
    form = fields(desk.post(QUESTION, {**form, "step": "add"}))
    form |= {"option-0-label-en": "On foot", "option-0-label-zh": "步行", "option-1-label-en": "By bus"}
    form |= {"option-1-label-zh": "公交", "option-1-code": "8"}
    assert desk.post(QUESTION, {**form, "step": "save"})["Location"] == f"{OUTLINE}#question-q2"
    question = stored()["q2"]
    assert question.text == {"en": "How did you come?", "zh": "您怎么来的？"}
    assert (question.kind, question.role, question.name) == (Kind.SINGLE, Role.BACKGROUND, "way")
    assert [(option.value, option.label["zh"], option.score) for option in question.options] == [
        (9, "步行", None),
        (8, "公交", None),
    ]
    assert "How did you come?" in desk.get(PREVIEW).content.decode()
    assert "您怎么来的？" in desk.get(PREVIEW + "?language=zh").content.decode()


def test_a_structural_step_saves_what_can_be_saved(desk):
    form = fields(desk.get(f"{QUESTION}?question=q1"))
    form |= {"text_en": "Your gender, please?"}
    answer = desk.post(QUESTION, {**form, "step": "add"})
    assert "Saved." in answer.content.decode() and labels(fields(answer)) == ["Male", "Female", ""]
    assert stored()["q1"].text["en"] == "Your gender, please?"
    assert len(stored()["q1"].options) == 2


def test_a_structural_step_that_cannot_save_keeps_what_was_typed_and_says_what_is_missing(desk):
    form = fields(desk.get(f"{QUESTION}?section=background&kind=single"))
    answer = desk.post(QUESTION, {**form, "text_zh": "只有中文", "hint_en": "Kept", "step": "add"})
    page = answer.content.decode()
    assert "Not saved yet" in page and "Write what is asked in English." in page
    assert "govuk-error-summary" not in page
    assert fields(answer)["text_zh"] == ["只有中文"] and fields(answer)["hint_en"] == ["Kept"]
    assert stored() == ASKED


def test_moving_an_answer_changes_its_place_but_neither_code_nor_score(desk):
    form = fields(desk.get(f"{QUESTION}?question=s4"))
    desk.post(QUESTION, {**form, "step": "down:0"})
    options = stored()["s4"].options
    assert [option.value for option in options] == [4, 5, 3, 2, 1]
    assert {option.value: option.score for option in options} == {code: float(code) for code in range(1, 6)}


def test_an_answer_is_removed(desk):
    form = fields(desk.get(f"{QUESTION}?question=s4"))
    desk.post(QUESTION, {**form, "step": "remove:2"})
    assert [option.value for option in stored()["s4"].options] == [5, 4, 2, 1]


def test_a_score_can_differ_from_the_code_or_be_none(desk):
    form = fields(desk.get(f"{QUESTION}?question=s4"))
    desk.post(QUESTION, {**form, "option-0-score": "２.５", "option-4-score": "", "step": "save"})
    assert [option.score for option in stored()["s4"].options] == [2.5, 4, 3, 2, None]


def test_a_ready_made_set_can_be_used(desk):
    form = fields(desk.get(f"{QUESTION}?question=q1"))
    answer = desk.post(QUESTION, {**form, "set": "yes_no_unknown", "step": "use"})
    assert labels(fields(answer)) == ["Yes", "No", "Don't know"]
    assert [option.label["zh"] for option in stored()["q1"].options] == ["是", "否", "不清楚"]


def test_a_change_of_the_shared_scale_reaches_the_whole_section(desk):
    form = fields(desk.get(f"{QUESTION}?question=s1"))
    assert form["share"] == ["on"]
    desk.post(QUESTION, {**form, "option-2-label-en": "Middling", "step": "save"})
    assert [stored()[key].options[2].label["en"] for key in ("s1", "s2", "s3", "s4")] == ["Middling"] * 3 + [
        "General"
    ]


def test_a_scale_of_its_own_stays_its_own(desk):
    form = fields(desk.get(f"{QUESTION}?question=s1"))
    del form["share"]
    desk.post(QUESTION, {**form, "option-2-label-en": "Middling", "step": "save"})
    assert [stored()[key].options[2].label["en"] for key in ("s1", "s2", "s3")] == [
        "Middling",
        "General",
        "General",
    ]


def test_a_question_that_moves_to_another_section_leaves_the_scale_there_alone(desk):
    form = fields(desk.get(f"{QUESTION}?question=s1"))
    desk.post(QUESTION, {**form, "section": "overall", "option-2-label-en": "Middling", "step": "save"})
    assert [question.key for question in stored().sections[2].questions] == ["s4", "s1"]
    assert stored()["s4"].options[2].label["en"] == "General"


def test_a_number_has_bounds_and_no_answers_and_its_old_answers_come_back(desk):
    form = fields(desk.get(f"{QUESTION}?question=q1"))
    answer = desk.post(QUESTION, {**form, "kind": "number", "step": "kind"})
    form = fields(answer)
    assert stored()["q1"].options == () and labels(form) == ["Male", "Female"]
    desk.post(QUESTION, {**form, "minimum": "18", "maximum": "99.5", "decimals": "1", "step": "save_next"})
    question = stored()["q1"]
    assert (question.kind, question.minimum, question.maximum, question.decimals) == (
        Kind.NUMBER,
        18,
        99.5,
        1,
    )
    form = fields(
        desk.post(
            QUESTION,
            {**fields(desk.get(f"{QUESTION}?question=q1")), **form, "stamp": stamp(), "kind": "single"},
        )
    )
    assert [option.label["en"] for option in stored()["q1"].options] == ["Male", "Female"]


def stamp() -> str:
    return stamp_of(Version.objects.get(questionnaire__key="hall", number=2))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"text_en": ""}, "Write what is asked in English."),
        ({"key": "1a"}, "Begin the key with a letter"),
        ({"key": "s2"}, "the key s2 is used more than once"),
        ({"key": "office"}, "name of a column"),
        ({"option-0-code": "five"}, "Answer 1: the code must be a whole number"),
        ({"option-1-score": "nan"}, "Answer 2: the score must be a number"),
        ({"option-1-code": "1"}, "the value 1 stands for 2 options"),
        ({"option-0-label-en": "", "option-0-label-zh": ""}, "option 1 has no label"),
        ({"option-0-share": "40"}, "Answer 2: give the share of every answer, or of none."),
        ({"option-0-share": "40", "option-1-share": "10"}, "do not add up to 100"),
        ({"section": "gone"}, "no longer there"),
    ],
)
def test_what_is_wrong_is_named_with_its_cure_and_what_was_typed_stays(desk, typed, said):
    form = fields(desk.get(f"{QUESTION}?question=q1"))
    answer = desk.post(QUESTION, {**form, "hint_en": "Typed before", **typed, "step": "save"})
    page = answer.content.decode()
    assert answer.status_code == 200 and said in page and "There is a problem" in page
    again = fields(answer)
    assert again["hint_en"] == ["Typed before"]
    assert all(again[name] == [value] for name, value in typed.items() if name != "section")
    assert stored() == ASKED


def test_known_shares_of_the_town_are_kept(desk):
    form = fields(desk.get(f"{QUESTION}?question=q1"))
    desk.post(QUESTION, {**form, "option-0-share": "48.5", "option-1-share": "51.5", "step": "save"})
    assert stored()["q1"].population == (48.5, 51.5)


def test_wordings_in_languages_not_offered_now_are_kept(desk, draft):
    save_draft(draft, replace(ASKED, languages=("en",)), stamp=stamp(), by=None)
    page = desk.get(f"{QUESTION}?question=q1")
    form = fields(page)
    assert "text_zh" not in form
    desk.post(QUESTION, {**form, "text_en": "Gender?", "step": "up:1"})
    question = stored()["q1"]
    assert question.text == {"en": "Gender?", "zh": "您的性别是？"}
    assert [option.label["zh"] for option in question.options] == ["女", "男"]


def test_a_question_is_removed_and_the_last_one_is_not(desk, draft):
    form = fields(desk.get(f"{QUESTION}?question=q1"))
    assert desk.post(QUESTION, {**form, "step": "delete"})["Location"] == OUTLINE
    assert "q1" not in stored().position
    last = replace(ASKED, sections=(replace(ASKED.sections[0], questions=ASKED.sections[0].questions[:1]),))
    save_draft(draft, last, stamp=stamp(), by=None)
    form = fields(desk.get(f"{QUESTION}?question=q1"))
    page = desk.post(QUESTION, {**form, "step": "delete"}).content.decode()
    assert "Add at least one question." in page and len(stored().questions) == 1


def test_questions_and_sections_move_on_the_outline(desk):
    for button, value in [("question_down", "s1"), ("question_up", "s4"), ("section_up", "SE")]:
        form = fields(desk.get(OUTLINE))
        assert desk.post(OUTLINE, {**form, button: value}).status_code == 302
    assert [question.key for question in stored().questions] == ["s2", "s1", "s3", "s4", "q1"]


def test_htmx_gets_the_page_at_once(desk):
    form = fields(desk.get(OUTLINE))
    answer = desk.post(OUTLINE, {**form, "question_down": "s1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert fields(answer)["stamp"] == [stamp()]


def test_a_section_is_added_changed_and_removed(desk):
    form = fields(desk.get(SECTION))
    desk.post(SECTION, {**form, "title_en": "Staff", "title_zh": "人员", "key": "SQ", "dimension": "on"})
    assert (stored().sections[-1].key, stored().sections[-1].dimension) == ("SQ", True)
    form = fields(desk.get(f"{SECTION}?section=SE"))
    del form["dimension"]
    desk.post(SECTION, {**form, "key": "place", "step": "save"})
    assert stored().sections[1].key == "place" and stored()["s1"].role is Role.OTHER
    form = fields(desk.get(f"{SECTION}?section=place"))
    desk.post(SECTION, {**form, "step": "delete"})
    assert [question.key for question in stored().questions] == ["q1", "s4"]


def test_a_section_key_that_is_taken_is_refused_and_the_title_stays(desk):
    form = fields(desk.get(SECTION))
    answer = desk.post(SECTION, {**form, "title_en": "Typed", "key": "SE"})
    assert "the section SE stands twice" in answer.content.decode()
    assert fields(answer)["title_en"] == ["Typed"] and stored() == ASKED


def test_the_cover_keeps_title_introduction_and_languages(desk):
    form = fields(desk.get(COVER)) | {
        "title_en": "New title",
        "introduction_zh": "新的引言",
        "languages": ["zh"],
    }
    desk.post(COVER, form)
    assert (stored().title["en"], stored().introduction["zh"], stored().languages) == (
        "New title",
        "新的引言",
        ("zh",),
    )
    form = fields(desk.get(COVER)) | {"title_zh": ""}
    page = desk.post(COVER, form).content.decode()
    assert "Write the title in 中文." in page


@pytest.mark.parametrize("page", [QUESTION, SECTION, COVER])
def test_two_people_at_one_draft_do_not_overwrite_each_other(desk, draft, town, page):
    where = {QUESTION: "?question=q1", SECTION: "?section=SE", COVER: ""}[page]
    field = {QUESTION: "text_en", SECTION: "title_en", COVER: "title_en"}[page]
    form = fields(desk.get(page + where))
    hers = replace(ASKED, introduction={"en": "Hers", "zh": "她的"})
    save_draft(draft, hers, stamp=stamp(), by=town.administrator)
    answer = desk.post(page, {**form, field: "His words", "step": "save"})
    words = answer.content.decode()
    assert "Somebody else saved this draft" in words and fields(answer)[field] == ["His words"]
    assert stored() == hers
    desk.post(page, {**fields(answer), "step": "save"})  # having seen it, he saves again
    assert "His words" in Version.objects.get(questionnaire__key="hall", number=2).definition
    kept = stored().introduction["en"]
    assert kept == ("Five questions." if page == COVER else "Hers")


def test_a_stale_move_on_the_outline_is_refused(desk, draft):
    form = fields(desk.get(OUTLINE))
    save_draft(draft, replace(ASKED, introduction={"en": "Hers"}), stamp=stamp(), by=None)
    page = desk.post(OUTLINE, {**form, "question_down": "s1"}).content.decode()
    assert "Somebody else saved this draft" in page
    assert [question.key for question in stored().questions] == ["q1", "s1", "s2", "s3", "s4"]


def test_what_is_typed_for_a_version_frozen_meanwhile_is_refused_but_shown(desk, draft):
    form = fields(desk.get(f"{QUESTION}?question=q1"))
    Version.objects.filter(pk=draft.pk).update(frozen=True)
    answer = desk.post(QUESTION, {**form, "text_en": "Too late?", "step": "save"})
    assert "is in use and cannot be changed" in answer.content.decode()
    assert fields(answer)["text_en"] == ["Too late?"] and stored() == ASKED


def test_strange_steps_and_rows_do_no_harm(desk):
    form = fields(desk.get(f"{QUESTION}?question=q1"))
    for step in ["up:99", "remove:-1", "remove:x", "nothing", "use", ":", "up:" + "9" * 5000]:
        answer = desk.post(QUESTION, {**form, "stamp": stamp(), "set": "no such", "step": step})
        assert answer.status_code == 200
    assert stored() == ASKED
    assert desk.get(f"{QUESTION}?section=background&kind=nonsense").status_code == 404
    assert desk.get(f"{QUESTION}?question=zz").status_code == 404
    assert desk.get(f"{SECTION}?section=zz").status_code == 404


def test_a_leader_cannot_post_to_the_editor(client, town, draft):
    sign_in(client, town.leader)
    for page in (OUTLINE, COVER, SECTION, QUESTION):
        assert client.post(page, {"step": "delete", "original": "q1", "stamp": stamp()}).status_code == 403
    assert stored() == ASKED
