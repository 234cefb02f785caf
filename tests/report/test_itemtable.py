"""Table 4-9: a dimension is called best or worst only where the same people rate it so."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from tests.report.small import asking, choice, scale

from openhall.report.chapter4 import chapter4
from openhall.report.document import Manner, Paragraph
from openhall.surveys.questionnaire import Questionnaire, Section

ALIKE = [*product((1,), *[(1, 2, 3)] * 4), (1, 3, 3, 2, 2)]


def two_dimensions() -> Questionnaire:
    asked = asking(choice("side"), scale("a"), scale("b"), scale("c"), scale("d"))
    about, things = asked.sections
    first = replace(things, questions=things.questions[:2])
    second = Section(key="E", title={"en": "Other things"}, questions=things.questions[2:], dimension=True)
    return replace(asked, sections=(about, first, second))


def said(answers: list[tuple[int, ...]], manner: Manner) -> str:
    (section,) = (one for one in chapter4(two_dimensions(), answers).sections if one.number == "4.5")
    return " ".join(
        block.text for block in section.blocks if isinstance(block, Paragraph) and block.manner is manner
    )


def test_dimensions_that_hardly_differ_are_rated_alike() -> None:
    plain = said(ALIKE, Manner.PLAIN)
    assert "The dimensions are rated about alike: their means, from 2.00 to 2.01, differ no more" in plain
    assert "People rate" not in plain


def test_best_and_worst_are_named_where_the_paired_test_holds() -> None:
    clear = [(1, a, b, min(a, 2), 1) for a, b in product((1, 2, 3), (2, 3))] * 5
    assert "People rate “Things” best (2.25) and “Other things” worst (1.33)." in said(clear, Manner.PLAIN)
    apa = said(clear, Manner.APA)
    assert "Highest and lowest dimension, “Things” and “Other things”: mean difference 0.92, 95% CI" in apa
    assert "paired t(29) = " in apa


@pytest.mark.parametrize("answers", [[(1, 2, 2, 2, 2)] * 9, [(1, 3, 3, 2, 2)] * 9])
def test_nothing_is_said_where_no_difference_can_be_tested(answers: list[tuple[int, ...]]) -> None:
    plain = said(answers, Manner.PLAIN)
    assert "People rate" not in plain and "about alike" not in plain
