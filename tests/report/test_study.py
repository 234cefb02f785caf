"""Scores come from the options' scores, whatever order the options are shown in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.report.small import STEPS, asking, choice, scale

from openhall.engines import memory
from openhall.report.study import scale_of, study_of
from openhall.stats.counting import Spread
from openhall.stats.study import Item
from openhall.surveys.questionnaire import Answer, Questionnaire, Role


def spread_of(asked: Questionnaire, rows: list[tuple[Answer, ...]]) -> Spread:
    return memory.counted(asked, rows).spread(Item("i", {}))


@given(st.permutations(STEPS), st.lists(st.sampled_from([1, 2, 3]), min_size=1))
def test_display_order_does_not_change_a_score(steps: list[tuple[int, str, float]], marks: list[int]) -> None:
    plain, shuffled = asking(scale("i")), asking(scale("i", steps=tuple(steps)))
    rows: list[tuple[Answer, ...]] = [(mark,) for mark in marks]
    one, other = spread_of(plain, rows), spread_of(shuffled, rows)
    assert (one.values.tolist(), one.counts.tolist()) == (other.values.tolist(), other.counts.tolist())
    assert scale_of(shuffled["i"]) == scale_of(plain["i"])


def test_a_reversed_score_is_respected() -> None:
    reversed_ = scale("i", steps=((1, "never", 3.0), (2, "at times", 2.0), (3, "always", 1.0)))
    found = spread_of(asking(reversed_), [(1,), (1,), (3,)])
    assert dict(zip(found.values.tolist(), found.counts[0].tolist(), strict=True)) == {3: 2, 1: 1}
    assert [level.code for level in scale_of(reversed_)] == [3, 2, 1]


def test_dont_know_blank_and_double_marks_are_missing() -> None:
    question = scale("i", steps=(*STEPS, (9, "don't know", None)))
    found = spread_of(asking(question), [(9,), (None,), ((1, 2),), (3,)])
    assert (found.missing, found.values.tolist(), found.counts.tolist()) == (3, [3], [[1]])


def test_the_study_knows_its_roles(study: Questionnaire) -> None:
    described = study_of(study)
    assert [factor.name for factor in described.factors] == [
        "gender",
        "age",
        "education",
        "political_status",
        "occupation",
        "income",
    ]
    assert [dimension.key for dimension in described.dimensions] == ["SE", "SQ", "IM", "SP"]
    assert [len(dimension.items) for dimension in described.dimensions] == [5, 3, 4, 3]
    assert described.overall is not None
    assert described.overall.key == "s16"
    assert [level.code for level in described.scale] == [5, 4, 3, 2, 1]
    assert sum(described.factors[0].population) == 1


def test_no_answers_give_empty_tables() -> None:
    asked = asking(choice("side"), scale("i"))
    assert memory.counted(asked, []).n == 0
    assert spread_of(asked, []).n == 0


def test_a_question_that_is_no_item_is_not_part_of_a_dimension() -> None:
    described = study_of(asking(choice("side"), scale("o", Role.OVERALL), scale("i")))
    assert [item.key for dimension in described.dimensions for item in dimension.items] == ["i"]
