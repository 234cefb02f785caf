"""Chapter 4 written: the six sections in the study's order, from a questionnaire, its valid answers and its
ledger.

It works for any questionnaire; a section without what it needs says what is missing and why.
"""

from __future__ import annotations

from collections.abc import Sequence

from openhall import __version__
from openhall.errors import N_
from openhall.language import short
from openhall.report import association, description, fieldwork, means, reliability, variance
from openhall.report.document import Report, legible
from openhall.report.ledger import Ledger, Line, ledger_of
from openhall.report.material import Material
from openhall.report.pen import Pen
from openhall.report.study import sample_of, study_of
from openhall.surveys import validity
from openhall.surveys.questionnaire import Answer, Questionnaire
from openhall.surveys.sheets import Sheets

PARTS = (fieldwork, description, reliability, association, means, variance)


def chapter4(
    questionnaire: Questionnaire,
    answers: Sequence[Sequence[Answer]],
    ledger: Ledger | None = None,
    *,
    lang: str = "en",
) -> Report:
    """The report on the valid sheets.

    `answers`: one sequence a valid sheet, in the order of the questionnaire's questions. `ledger`: what was
    issued and returned; without one, all sheets count as returned and valid. `lang`: "en" or "zh".
    """
    pen = Pen(short(lang))
    material = Material(
        questionnaire=questionnaire,
        study=study_of(questionnaire),
        sample=sample_of(questionnaire, answers),
        answers=answers,
        ledger=ledger or Ledger(lines=(Line("", None, len(answers), 0),)),
        pen=pen,
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


def chapter4_of_sheets(questionnaire: Questionnaire, sheets: Sheets, *, lang: str = "en") -> Report:
    """The report on a data file: void sheets are found, counted in the ledger and left out."""
    found = validity.findings(questionnaire, sheets)
    bad = validity.void(found)
    valid = [answers for index, answers in enumerate(sheets.answers) if index not in bad]
    return chapter4(questionnaire, valid, ledger_of(questionnaire, sheets, found), lang=lang)
