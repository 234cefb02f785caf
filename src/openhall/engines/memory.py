"""Counting columns that are in memory: a data file of ordinary size, a wave of a town."""

from __future__ import annotations

from collections.abc import Sequence

from openhall.engines.columns import codes_of, columns_of, encode, specs_of
from openhall.stats import blocks
from openhall.stats.axes import Ask, Where
from openhall.stats.blocks import Block, Codes
from openhall.stats.cells import Cells, Watch, unwatched
from openhall.stats.counted import Counted
from openhall.surveys.questionnaire import Answer, Questionnaire


class Memory:
    """An `Engine` over one block of columns. `codes`: what the places of each choice mean."""

    def __init__(self, block: Block, codes: Codes, rows: int | None = None) -> None:
        self.block, self.codes = block, codes
        self.rows = len(next(iter(block.values()), ())) if rows is None else rows

    def count(
        self, asks: Sequence[Ask], *, where: Where = (), weight: str = "", watch: Watch = unwatched
    ) -> tuple[Cells, ...]:
        return blocks.count(
            asks, [self.block], self.codes, where=where, weight=weight, watch=watch, of=self.rows
        )


def counted(questionnaire: Questionnaire, answers: Sequence[Sequence[Answer]]) -> Counted:
    """The tables of these answers: one sequence a valid sheet, in the order of the questions."""
    block = encode(questionnaire, answers)
    return Counted(Memory(block, codes_of(specs_of(questionnaire))), columns_of(questionnaire))
