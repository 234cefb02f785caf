from importlib import resources

import pytest

from openhall.surveys.questionnaire import Answer
from openhall.surveys.sheets import Sheets, read_sheets
from openhall.surveys.toml_format import builtin
from openhall.surveys.validity import Finding, Limits, Rule, Verdict, cautions, findings, void

STUDY = builtin()
GOOD: tuple[Answer, ...] = (1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1, 5, 4, 3, 2, 1, 5, 4, 3, 2, 1, 3)


def marked(**changes: Answer) -> tuple[Answer, ...]:
    answers = list(GOOD)
    for key, answer in changes.items():
        answers[STUDY.position[key]] = answer
    return tuple(answers)


def found(
    *answers: tuple[Answer, ...], seconds: tuple[float | None, ...] = (), limits: Limits | None = None
) -> list[Finding]:
    return findings(STUDY, Sheets(answers=answers, seconds=seconds), limits=limits)


@pytest.fixture(scope="module")
def reference() -> Sheets:
    data = (resources.files("openhall") / "data" / "reference_sheets.csv").read_bytes()
    return read_sheets(data, name="sheets.csv", questionnaire=STUDY)


def test_of_the_338_reference_sheets_38_are_void_and_300_valid(reference: Sheets) -> None:
    told = findings(STUDY, reference)
    assert len(void(told)) == 38
    assert {finding.rule for finding in told if finding.verdict is Verdict.VOID} == {
        Rule.BLANK,
        Rule.DOUBLE_MARK,
    }


def test_every_valid_reference_sheet_has_its_twin(reference: Sheets) -> None:
    told = findings(STUDY, reference)
    twins = [finding for finding in told if finding.rule is Rule.DUPLICATE_SHEET]
    assert len(twins) == 300 and all(len(finding.twins) == 2 for finding in twins)
    assert not {finding.index for finding in twins} & void(told)
    notes = cautions(STUDY, reference, without=void(told))
    assert [note.code for note in notes] == ["every_sheet_twice", "even_counts"]
    assert "the 300 sheets are 150 different ones" in str(notes[0])


def test_a_sheet_without_fault_is_not_mentioned() -> None:
    assert found(GOOD) == []


def test_a_blank_sheet_is_void() -> None:
    (finding,) = found((None,) * 22)
    assert (finding.rule, finding.verdict) == (Rule.BLANK, Verdict.VOID)
    assert str(finding) == "No answer to q1, q2, q3, q4, q5, q6, s1, s2, s3, s4, …."


def test_one_question_left_out_voids_the_sheet_and_is_named() -> None:
    (finding,) = found(marked(s4=None))
    assert str(finding) == "No answer to s4."


def test_a_double_mark_is_void_and_named() -> None:
    told = found(GOOD, marked(s4=(2, 4), q1=(1, 2)))
    assert [(f.index, f.rule, f.verdict) for f in told] == [(1, Rule.DOUBLE_MARK, Verdict.VOID)]
    assert str(told[0]) == "More than one mark at q1, s4."


def test_a_sheet_may_break_two_rules_and_is_counted_once() -> None:
    told = found(marked(s4=(2, 4), q1=None))
    assert [finding.rule for finding in told] == [Rule.BLANK, Rule.DOUBLE_MARK]
    assert void(told) == {0}


def test_straight_lining_is_flagged_from_five_items() -> None:
    alike = marked(**{f"s{n}": 3 for n in range(1, 17)})
    (finding,) = found(alike)
    assert (finding.rule, finding.verdict) == (Rule.STRAIGHT_LINING, Verdict.FLAG)
    assert str(finding) == "All 16 items are answered with 3."
    few = marked(**{f"s{n}": 3 if n < 5 else None for n in range(1, 17)})
    assert Rule.STRAIGHT_LINING not in {f.rule for f in found(few)}
    assert found(alike, limits=Limits(straight_items=17)) == []


def test_a_sheet_filled_in_too_fast_is_flagged() -> None:
    told = found(GOOD, marked(s1=1), marked(s1=2), seconds=(59.5, 60, None))
    assert [(f.index, f.rule) for f in told] == [(0, Rule.TOO_FAST)]
    assert str(told[0]) == "Filled in 59.5 seconds, less than 60."


def test_sheets_that_differ_in_one_background_are_no_duplicates() -> None:
    assert found(GOOD, marked(q1=2)) == []


def test_duplicates_name_each_other_by_serial() -> None:
    told = findings(STUDY, Sheets(answers=[GOOD, marked(q1=2), GOOD, GOOD], serials=["a", "b", "c", "d"]))
    assert [(f.index, f.twins) for f in told] == [(0, (0, 2, 3)), (2, (0, 2, 3)), (3, (0, 2, 3))]
    assert str(told[1]) == "Every answer is the same as on sheet a, d."


def test_short_questionnaires_are_alike_by_chance() -> None:
    assert found(GOOD, GOOD, limits=Limits(twin_answers=23)) == []


def test_a_rule_can_be_left_out_or_made_to_void() -> None:
    strict = Limits(verdicts={Rule.TOO_FAST: Verdict.VOID})
    told = found(marked(s1=None), GOOD, seconds=(5, 5), limits=strict)
    assert [(f.index, f.rule) for f in told] == [(0, Rule.TOO_FAST), (1, Rule.TOO_FAST)]
    assert void(told) == {0, 1}


def test_some_twins_are_told_by_their_share() -> None:
    different = [marked(q5=code, s1=step) for code in range(1, 10) for step in range(1, 5)]
    notes = cautions(STUDY, Sheets(answers=different[:8] + different[:2]))
    assert [str(note) for note in notes] == [
        "4 of 10 sheets (40 %) have an exact twin; 8 sheets are different."
    ]


def test_honest_sheets_raise_no_caution() -> None:
    different = [marked(q5=code, s1=step) for code in range(1, 10) for step in range(1, 4)]
    assert cautions(STUDY, Sheets(answers=different)) == []
    assert cautions(STUDY, Sheets(answers=[])) == []


def test_the_questions_of_a_finding_are_joined_in_the_language_of_the_reader():
    finding = Finding(0, Rule.BLANK, Verdict.VOID, {"questions": ["q1", "s4", "…"]})
    chinese = {", ": "、", "No answer to {questions}.": "未回答{questions}。"}
    assert finding.say() == "No answer to q1, s4, …."
    assert finding.say(chinese.__getitem__) == "未回答q1、s4、…。"
