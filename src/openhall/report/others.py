"""The rest of section 4.2: questions that are no factor and belong to no dimension, so that none is left out.

Choices are counted, several marks as mentions; numbers and dates get their middle and their range; texts are
only counted, because what people write may say who they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from openhall.errors import N_
from openhall.report.counted import counted
from openhall.report.document import Block, Column, Heading, Row, Table
from openhall.report.material import Material
from openhall.report.numerals import Format
from openhall.report.pen import Pen
from openhall.report.study import factor_of
from openhall.stats.descriptives import describe
from openhall.stats.frequencies import Frequencies, frequencies, mentions
from openhall.surveys.questionnaire import Answer, Kind, Question


def questions(material: Material) -> list[Question]:
    """The questions no other part of the chapter describes, in the questionnaire's order."""
    study = material.study
    told = {factor.key for factor in study.factors}
    told |= {item.key for dimension in study.dimensions for item in dimension.items}
    if study.overall and (study.factors or study.dimensions):
        told.add(study.overall.key)
    return [question for question in material.questionnaire.questions if question.key not in told]


def described(material: Material, question: Question, number: str) -> list[Block]:
    """Heading and figures of one question."""
    pen = material.pen
    place = material.questionnaire.position[question.key]
    given = [answers[place] for answers in material.answers]
    known = [answer for answer in given if answer not in (None, ())]
    blocks: list[Block] = [Heading(number, pen.word(question.text))]
    if not known:
        return [*blocks, pen.text(N_("Nobody answered this question."))]
    if question.options:
        blocks.append(_choices(material, question, given))
    elif question.kind is Kind.NUMBER:
        blocks.append(_numbers(question, given, pen))
    elif question.kind is Kind.DATE:
        blocks.append(_dates(known, pen))
    else:
        blocks.append(
            pen.text(
                N_(
                    "{n} sheets have a text here. Texts are not printed in the report, because they may say"
                    " who wrote them; they stand in the exported data."
                ),
                n=len(known),
            )
        )
    if len(known) < len(given):
        template = N_("{missing} of {n} sheets have no answer here; shares are of those that have one.")
        blocks.append(pen.caution("missing", template, missing=len(given) - len(known), n=len(given)))
    return blocks


def _choices(material: Material, question: Question, given: Sequence[Answer]) -> Block:
    factor, several = factor_of(question), question.kind is Kind.MULTIPLE
    levels = [option.value for option in question.options]
    found: Frequencies
    if several:
        found = mentions([answer if isinstance(answer, tuple) else () for answer in given], levels)
    else:
        codes = [answer if isinstance(answer, int) else np.nan for answer in given]
        found = frequencies(np.array(codes, float), levels)
    return counted(found, factor, material.numbers.figure(), material.pen, several=several)


def _numbers(question: Question, given: Sequence[Answer], pen: Pen) -> Table:
    values = [answer if isinstance(answer, int | float) else np.nan for answer in given]
    found = describe(np.array(values, float))
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


def _dates(known: Sequence[Answer], pen: Pen) -> Block:
    days = sorted(date.fromisoformat(str(answer)) for answer in known)
    return pen.text(
        N_("{n} dates were given, from {first} to {last}; half of them are not later than {middle}."),
        n=len(days),
        first=days[0].isoformat(),
        last=days[-1].isoformat(),
        middle=days[(len(days) - 1) // 2].isoformat(),
    )
