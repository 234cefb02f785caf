"""Sheets with the same answers among many, and what piece by piece is told of all of them together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from openhall.surveys.alike import Alike, Crowds
from openhall.surveys.questionnaire import Answer
from openhall.surveys.sheets import Sheets
from openhall.surveys.toml_format import builtin
from openhall.surveys.validity import Limits, Rule, Together, cautions, findings

STUDY = builtin()
PLACES = len(STUDY.questions)


def sheet(kind: int, blanks: int) -> tuple[Answer, ...]:
    """One of a few sheets, the first so many of its questions left out; −1 and −2 have one hash."""
    marks: list[Answer] = [(kind + n) % 5 + 1 for n in range(PLACES)]
    marks[-1] = (-1, -2, 3, 4)[kind]
    return tuple([None] * blanks + marks[blanks:])


SHEETS = st.lists(
    st.builds(sheet, st.integers(0, 3), st.sampled_from((0, 0, 0, 1, PLACES - 10, PLACES - 9))), max_size=40
)


def streamed(answers: list[tuple[Answer, ...]], piece: int, least: int) -> dict[int, dict[str, object]]:
    """What the rule says of each sheet, as `screening_large` asks for it."""
    alike = Alike(least)
    for start in range(0, len(answers), piece):
        few = answers[start : start + piece]
        alike.add(range(start, start + len(few)), few)
    alike.close()
    told = {}
    for ids in alike.groups(piece):
        crowds = Crowds()
        for pk in reversed(ids.tolist()):
            crowds.add(answers[pk], ("", pk), str(pk + 1), valid=True)
        for pk in ids.tolist():
            if values := crowds.values(answers[pk], ("", pk)):
                told[pk] = values
    return told


@given(SHEETS, st.integers(1, 50), st.integers(0, PLACES))
def test_twins_found_piece_by_piece_are_those_found_at_once(answers, piece, least):
    limits = Limits(twin_answers=least)
    at_once = findings(STUDY, Sheets(answers=answers), limits=limits)
    wanted = {one.index: dict(one.values) for one in at_once if one.rule is Rule.DUPLICATE_SHEET}
    assert streamed(answers, piece, least) == wanted


@given(SHEETS, st.integers(1, 50))
def test_a_group_is_never_cut(answers, piece):
    alike = Alike(0)
    alike.add(range(len(answers)), answers)
    alike.close()
    seen = [{answers[pk] for pk in ids.tolist()} for ids in alike.groups(piece)]
    assert all(not one & other for n, one in enumerate(seen) for other in seen[:n])
    assert sum(len(ids) for ids in alike.groups(piece)) == len(alike)


@given(SHEETS, st.integers(1, 50), st.sets(st.integers(0, 39)))
def test_what_is_odd_about_all_is_the_same_piece_by_piece(answers, piece, without):
    together, valid = Together(STUDY), [a for n, a in enumerate(answers) if n not in without]
    for start in range(0, len(valid), piece):
        together.count(valid[start : start + piece])
    crowds = Crowds()
    for n, given_ in enumerate(answers):
        if PLACES - given_.count(None) >= Limits().twin_answers:
            crowds.add(given_, ("", n), str(n), valid=n not in without)
    for number in crowds.valid():
        together.alike(number)
    assert together.cautions() == cautions(STUDY, Sheets(answers=answers), without=without)
