"""Section 4.2 names groups that have somebody in them, and no test where none is made."""

from __future__ import annotations

from tests.report.small import asking, choice

from openhall.report.chapter4 import chapter4
from openhall.report.document import Caution, Manner, Paragraph
from openhall.surveys.questionnaire import Questionnaire

SIDES = ("left", "right", "other")


def said(asked: Questionnaire, counts: tuple[int, ...]) -> list[str]:
    answers = [(code,) for code, count in enumerate(counts, start=1) for _ in range(count)]
    (section,) = (one for one in chapter4(asked, answers).sections if one.number == "4.2")
    return [
        block.text
        for block in section.blocks
        if isinstance(block, Caution) or (isinstance(block, Paragraph) and block.manner is Manner.APA)
    ]


def test_the_smallest_group_is_one_that_somebody_chose() -> None:
    sizes, empty = said(asking(choice("side", SIDES)), (12, 8, 0))
    assert "The largest group was “left” (n = 12" in sizes and "smallest “right” (n = 8" in sizes
    assert empty == "Nobody chose: other."


def test_one_group_alone_is_neither_largest_nor_smallest() -> None:
    assert said(asking(choice("side", SIDES)), (12, 0, 0)) == ["Nobody chose: right and other."]
