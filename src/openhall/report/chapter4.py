"""Chapter 4 written: the six sections in the study's order, from a questionnaire, the tables of its valid answers
and its ledger.

It works for any questionnaire; a section without what it needs says what is missing and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from openhall import __version__
from openhall.engines import memory
from openhall.errors import N_
from openhall.language import short
from openhall.report import association, description, fieldwork, means, others, reliability, variance
from openhall.report.document import Report, legible
from openhall.report.ledger import Ledger, Line, ledger_of
from openhall.report.material import Material
from openhall.report.pen import Pen
from openhall.report.study import study_of
from openhall.stats.axes import Ask, Axis
from openhall.stats.cells import Watch, unwatched
from openhall.stats.counted import Counted
from openhall.stats.study import Study
from openhall.surveys import validity
from openhall.surveys.questionnaire import Answer, Questionnaire
from openhall.surveys.sheets import Sheets

MOST_COMPARED = 6  # dimensions; of more, counting every two takes longer than a second pass for two
PARTS = (fieldwork, description, reliability, association, means, variance)


def chapter4_of(
    questionnaire: Questionnaire,
    counted: Counted,
    ledger: Ledger | None = None,
    *,
    whole: Sequence[validity.Caution] = (),
    lang: str = "en",
    watch: Watch = unwatched,
) -> Report:
    """The report on what has been counted, or is counted now, in one pass over the valid sheets.

    `ledger`: what was issued and returned; without one, all sheets count as returned and valid. `whole`: what
    is odd about the sheets together. `lang`: "en" or "zh". `watch` hears how far the counting is.
    """
    pen, study = Pen(short(lang)), study_of(questionnaire)
    counted.prepare(asks(questionnaire, study, counted), watch)
    material = Material(
        questionnaire=questionnaire,
        study=study,
        counted=counted,
        ledger=ledger or Ledger(lines=(Line("", None, counted.n, 0),)),
        pen=pen,
        whole=whole,
    )
    report = Report(
        title=pen.word(questionnaire.title),
        subtitle=pen(N_("Survey and statistical analysis")),
        lang=pen.lang,
        sections=tuple(part.section(material) for part in PARTS),
        meta={
            "questionnaire": questionnaire.key,
            "sheets_valid": material.n,
            "sheets_returned": material.ledger.returned,
            "seed": material.study.seed,
            "version": __version__,
        },
    )
    cleaned: Report = legible(report)
    return cleaned


def asks(questionnaire: Questionnaire, study: Study, counted: Counted) -> Iterator[Ask]:
    """Everything the chapter counts. Which two dimensions it compares depends on figures: every two are counted,
    unless they are many; then those two are counted when they are known."""
    columns = counted.columns
    yield ()
    for question in others.questions(questionnaire, study):
        yield from others.asks(question)
    scores = [columns.score(dimension.items) for dimension in study.dimensions]
    answers: list[Axis] = [*([columns.item(study.overall)] if study.overall else []), *scores]
    for factor in study.factors:
        yield (columns.choices[factor.key],)
        yield from ((columns.choices[factor.key], answer) for answer in answers)
    for dimension in study.dimensions:
        yield tuple(columns.item(item) for item in dimension.items)
        yield from ((columns.item(item),) for item in dimension.items)
    yield from ((answer,) for answer in answers)
    if scores:
        yield (counted.axis_of(study.dimensions),)
    if len(scores) <= MOST_COMPARED:
        yield from combinations(scores, 2)


def chapter4(
    questionnaire: Questionnaire,
    answers: Sequence[Sequence[Answer]],
    ledger: Ledger | None = None,
    *,
    lang: str = "en",
) -> Report:
    """The report on the valid sheets in memory: `answers` has one sequence a valid sheet, in the order of the
    questionnaire's questions."""
    return chapter4_of(
        questionnaire,
        memory.counted(questionnaire, answers),
        ledger or Ledger(lines=(Line("", None, len(answers), 0),)),
        whole=validity.cautions(questionnaire, Sheets(answers=[tuple(row) for row in answers])),
        lang=lang,
    )


def chapter4_of_sheets(questionnaire: Questionnaire, sheets: Sheets, *, lang: str = "en") -> Report:
    """The report on a data file: void sheets are found, counted in the ledger and left out."""
    found = validity.findings(questionnaire, sheets)
    bad = validity.void(found)
    valid = [answers for index, answers in enumerate(sheets.answers) if index not in bad]
    return chapter4(questionnaire, valid, ledger_of(questionnaire, sheets, found), lang=lang)
