"""Changing a questionnaire step by step."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from openhall.surveys import editing, ready_made
from openhall.surveys.questionnaire import Kind, Question, Role, Section
from openhall.surveys.soundness import require_sound
from openhall.surveys.toml_format import builtin

STUDY = builtin()
KEYS = [question.key for question in STUDY.questions]


def order(questionnaire):
    return [question.key for question in questionnaire.questions]


@given(st.sampled_from(KEYS), st.sampled_from([-1, 1]))
def test_a_move_keeps_every_question_and_its_way_back_undoes_it(key, step):
    moved = editing.moved_question(STUDY, key, step)
    assert sorted(order(moved)) == sorted(KEYS)
    at_the_edge = moved == STUDY
    assert at_the_edge or editing.moved_question(moved, key, -step) == STUDY


def test_a_question_moves_past_the_end_of_its_section_into_the_next():
    moved = editing.moved_question(STUDY, "q6", 1)
    assert editing.home_of(moved, "q6").key == "SE"
    assert order(moved) == KEYS


def test_the_first_question_cannot_move_up():
    assert editing.moved_question(STUDY, "q1", -1) == STUDY


def test_an_unknown_question_moves_nothing():
    assert editing.moved_question(STUDY, "zz", 1) == STUDY


def test_sections_change_places():
    keys = [section.key for section in STUDY.sections]
    moved = [section.key for section in editing.moved_section(STUDY, keys[0], 1).sections]
    assert moved == [keys[1], keys[0], *keys[2:]]
    assert editing.moved_section(STUDY, keys[-1], 1) == STUDY


def test_a_changed_question_keeps_its_place_also_under_a_new_key():
    changed = replace(STUDY["s2"], key="office", text={"en": "Offices?"})
    after = editing.with_question(STUDY, changed, section="SE", original="s2")
    assert order(after) == ["office" if key == "s2" else key for key in KEYS]
    assert after["office"].text == {"en": "Offices?"}


def test_a_new_question_stands_last_in_its_section():
    question = editing.new_question(STUDY, editing.section_of(STUDY, "SE"), Kind.SCALE)
    after = editing.with_question(STUDY, question, section="SE")
    assert order(after)[order(after).index("s5") + 1] == question.key == "s17"


def test_a_question_can_move_to_another_section():
    after = editing.with_question(STUDY, STUDY["s2"], section="SQ", original="s2")
    assert editing.home_of(after, "s2").key == "SQ"
    assert sorted(order(after)) == sorted(KEYS)


def test_a_shared_scale_changes_for_the_whole_section_and_no_other():
    steps = ready_made.SETS["agreement"].options
    changed = replace(STUDY["s1"], options=steps)
    after = editing.with_question(STUDY, changed, section="SE", original="s1", share=True)
    assert all(question.options == steps for question in editing.section_of(after, "SE").questions)
    assert after["s6"].options == STUDY["s6"].options
    assert editing.scale_of(editing.section_of(after, "SE")) == steps


def test_a_section_with_two_scales_has_no_common_one():
    changed = replace(STUDY["s1"], options=ready_made.SETS["agreement"].options)
    after = editing.with_question(STUDY, changed, section="SE", original="s1")
    assert editing.scale_of(editing.section_of(after, "SE")) == ()


def test_a_new_rating_question_takes_over_the_scale_and_part_of_its_section():
    question = editing.new_question(STUDY, editing.section_of(STUDY, "SE"), Kind.SCALE)
    assert question.options == STUDY["s1"].options
    assert question.role is Role.ITEM


def test_rating_questions_follow_when_their_section_becomes_a_dimension_or_stops():
    section = editing.section_of(STUDY, "SE")
    off = editing.with_section(STUDY, replace(section, dimension=False), original="SE")
    assert {question.role for question in editing.section_of(off, "SE").questions} == {Role.OTHER}
    on = editing.with_section(off, replace(section, dimension=True), original="SE")
    assert on == STUDY


def test_a_renamed_section_keeps_its_questions():
    after = editing.with_section(
        STUDY, Section(key="place", title={"en": "Place"}, dimension=True), original="SE"
    )
    assert order(after) == KEYS
    assert editing.section_of(after, "place").questions == editing.section_of(STUDY, "SE").questions


def test_removing_a_section_removes_its_questions():
    assert order(editing.without_section(STUDY, "SE")) == [
        key for key in KEYS if key not in {"s1", "s2", "s3", "s4", "s5"}
    ]


def test_keys_count_on_within_the_section():
    assert editing.next_key(STUDY, editing.section_of(STUDY, "background")) == "q7"
    assert editing.next_key(STUDY, Section(key="new")) == "s17"


def test_every_ready_made_set_makes_a_sound_question():
    for ready in ready_made.SETS.values():
        first = ready_made.first("parks", {"en": "Parks"}, ("en", "zh"))
        question = Question(key="x1", kind=Kind.SINGLE, text={"en": "?", "zh": "？"}, options=ready.options)
        require_sound(editing.with_question(first, question, section="section1"))
        assert all(set(option.label) == {"en", "zh"} for option in ready.options)


def test_a_rated_set_is_printed_from_the_best_down_and_scored_from_the_worst_up():
    scores = [option.score for option in ready_made.SETS["satisfaction"].options]
    assert scores == [5, 4, 3, 2, 1]
