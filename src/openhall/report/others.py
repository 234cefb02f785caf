"""The rest of section 4.2: questions that are no factor and belong to no dimension, so that none is left out.

Choices are counted, several marks as mentions; numbers and dates get their middle and their range; texts are
only counted, because what people write may say who they are.
"""

from __future__ import annotations

import numpy as np

from openhall.engines.columns import day_of
from openhall.errors import N_
from openhall.report.counted import counted
from openhall.report.document import Block, Column, Heading, Row, Table
from openhall.report.material import Material
from openhall.report.numerals import Format
from openhall.report.study import factor_of
from openhall.stats.axes import Ask, Coded, Day, Given, Marked, Number
from openhall.stats.descriptives import describe_of
from openhall.stats.frequencies import frequencies_of, mentions_of
from openhall.stats.study import Study
from openhall.surveys.questionnaire import Kind, Question, Questionnaire


def questions(questionnaire: Questionnaire, study: Study) -> list[Question]:
    """The questions no other part of the chapter describes, in the questionnaire's order."""
    told = {factor.key for factor in study.factors}
    told |= {item.key for dimension in study.dimensions for item in dimension.items}
    if study.overall and (study.factors or study.dimensions):
        told.add(study.overall.key)
    return [question for question in questionnaire.questions if question.key not in told]


def described(material: Material, question: Question, number: str) -> list[Block]:
    """Heading and figures of one question."""
    pen, n = material.pen, material.n
    known = material.counted.given(question.key)
    blocks: list[Block] = [Heading(number, pen.word(question.text))]
    if not known:
        return [*blocks, pen.text(N_("Nobody answered this question."))]
    if question.options:
        blocks.append(_choices(material, question, known))
    elif question.kind is Kind.NUMBER:
        blocks.append(_numbers(material, question))
    elif question.kind is Kind.DATE:
        blocks.append(_dates(material, question))
    else:
        blocks.append(
            pen.text(
                N_(
                    "{n} sheets have a text here. Texts are not printed in the report, because they may say"
                    " who wrote them; they stand in the exported data."
                ),
                n=known,
            )
        )
    if known < n:
        template = N_("{missing} of {n} sheets have no answer here; shares are of those that have one.")
        blocks.append(pen.caution("missing", template, missing=n - known, n=n))
    return blocks


def asks(question: Question) -> list[Ask]:
    """What the part about one question counts."""
    found: list[Ask] = [(Given(question.key),)]
    if question.kind is Kind.MULTIPLE:
        return found + [(Marked(question.key, option.value),) for option in question.options]
    if question.options:
        return [*found, (Coded(question.key, tuple(option.value for option in question.options)),)]
    if question.kind is Kind.NUMBER:
        return [*found, (Number(question.key, question.decimals or 0),)]
    return [*found, (Day(question.key),)] if question.kind is Kind.DATE else found


def _choices(material: Material, question: Question, known: int) -> Block:
    factor, several = factor_of(question), question.kind is Kind.MULTIPLE
    levels = [option.value for option in question.options]
    if several:
        found = mentions_of(material.counted.marks(question.key, levels), known, material.n, levels)
    else:
        found = frequencies_of(*material.counted.tally(factor), levels)
    return counted(found, factor, material.numbers.figure(), material.pen, several=several)


def _numbers(material: Material, question: Question) -> Table:
    pen = material.pen
    found = describe_of(material.counted.numbers(question.key, question.decimals or 0))
    columns = (
        Column("n", pen(N_("n")), Format.INT),
        Column("mean", pen(N_("Mean")), Format.F2),
        Column("sd", pen(N_("SD")), Format.F2),
        Column("lowest", pen(N_("Lowest")), Format.F2),
        Column("lower_quartile", pen(N_("Lower quartile")), Format.F2),
        Column("median", pen(N_("Median")), Format.F2),
        Column("upper_quartile", pen(N_("Upper quartile")), Format.F2),
        Column("highest", pen(N_("Highest")), Format.F2),
    )
    cells = (found.n, found.mean, found.sd, found.minimum, found.q1, found.median, found.q3, found.maximum)
    return Table(
        key=f"numbers-{question.key}",
        caption=pen(N_("Numbers given (N = {n})"), n=found.n),
        columns=columns,
        rows=(Row(cells),),
    )


def _dates(material: Material, question: Question) -> Block:
    days, counts = material.counted.days(question.key)
    n, up_to = int(counts.sum()), counts.cumsum()
    first, middle, last = (
        day_of(int(days[np.searchsorted(up_to, rank)])).isoformat() for rank in (1, (n + 1) // 2, n)
    )
    return material.pen.text(
        N_("{n} dates were given, from {first} to {last}; half of them are not later than {middle}."),
        n=n,
        first=first,
        last=last,
        middle=middle,
    )
